//! Which actions a playbook has anything to do with, so that all others cost nothing.

use std::collections::BTreeSet;

use super::action::{Action, ActionKind};
use super::clock::ClockKind;
use super::code::Code;
use super::condition::{Condition, Name};
use super::facts::FactName;
use super::model::{Playbook, StageKind, Trigger};
use super::subject::SubjectKind;

impl Playbook {
    /// Whether an action can change anything about such a subject: where it has stages, every action about it is counted; where it only
    /// carries timers and rules, those that they name or count, and those that write fields or name another owner.
    pub fn concerns(&self, subject: SubjectKind, action: &Action) -> bool {
        let Some(rules) = self.subjects.get(&subject).filter(|_| action.kind.is_about(subject)) else { return false };
        let writes = action.data.get("fields").is_some_and(serde_json::Value::is_object) || action.data.contains_key("owner_id");
        !rules.stages.is_empty() || writes || self.triggers_of(subject).any(|trigger| names(trigger, action.kind))
    }

    /// The facts that conditions about such a subject read: only these have to be asked for.
    pub fn facts_read(&self, subject: SubjectKind) -> BTreeSet<FactName> {
        let moves = self.subjects.get(&subject).map(|rules| rules.moves.as_slice()).unwrap_or_default();
        let clauses = moves.iter().flat_map(|step| &step.when).map(|clause| &clause.condition);
        let conditions = clauses.chain(self.triggers_of(subject).filter_map(|trigger| trigger.when.as_ref()));
        let fact = |name: &Name| if let Name::Fact(fact) = name { Some(*fact) } else { None };
        conditions.flat_map(Condition::names).filter_map(fact).collect()
    }

    /// The stages in which such a subject is over.
    pub fn closed_stages(&self, subject: SubjectKind) -> impl Iterator<Item = &Code> {
        let stages = self.subjects.get(&subject).map(|rules| rules.stages.as_slice()).unwrap_or_default();
        stages.iter().filter(|stage| stage.kind != StageKind::Open).map(|stage| &stage.code)
    }

    /// The stages in which such a subject is won.
    pub fn won_stages(&self, subject: SubjectKind) -> impl Iterator<Item = &Code> {
        let stages = self.subjects.get(&subject).map(|rules| rules.stages.as_slice()).unwrap_or_default();
        stages.iter().filter(|stage| stage.kind == StageKind::Won).map(|stage| &stage.code)
    }

    /// Whether any timer goes by working time, for which the organisation's calendar has to be read.
    pub fn counts_working_time(&self) -> bool {
        self.timers.iter().any(|rule| rule.clock == ClockKind::Working)
    }

    fn triggers_of(&self, subject: SubjectKind) -> impl Iterator<Item = &Trigger> {
        let timers = self.timers.iter().filter(move |rule| rule.subject == subject);
        let rules = self.rules.iter().filter(move |rule| rule.subject == subject);
        timers.flat_map(|rule| [&rule.opens.trigger, &rule.closes]).chain(rules.map(|rule| &rule.trigger))
    }
}

fn names(trigger: &Trigger, kind: ActionKind) -> bool {
    let counted = |name: &&Name| matches!(name, Name::Count(counted) | Name::Last(counted) if *counted == kind);
    trigger.on.contains(&kind) || trigger.when.as_ref().is_some_and(|condition: &Condition| condition.names().iter().any(counted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::{DEFAULT, read};

    #[test]
    fn only_facts_that_are_read_are_asked_for() {
        let playbook = read(DEFAULT).unwrap();
        let read_of = |subject| playbook.facts_read(subject).into_iter().map(FactName::as_str).collect::<Vec<_>>();
        assert_eq!(read_of(SubjectKind::Deal), ["contact_roles", "reached_roles", "quotation_seen"]);
        assert_eq!(read_of(SubjectKind::Handover), ["department_response"]);
        assert_eq!(read_of(SubjectKind::Document), ["deal_signed"]);
        assert_eq!(read_of(SubjectKind::Lead), [""; 0]);
        let closed = playbook.closed_stages(SubjectKind::Deal).map(Code::as_str).collect::<Vec<_>>();
        assert_eq!(closed, ["contract_signed", "lost", "abandoned"]);
    }

    #[test]
    fn what_nobody_asks_about_concerns_nobody() {
        let playbook = read(DEFAULT).unwrap();
        let now = chrono::DateTime::UNIX_EPOCH;
        let action = |kind| Action {
            id: uuid::Uuid::nil(),
            kind,
            actor_role: None,
            occurred_at: now,
            recorded_at: now,
            data: serde_json::Map::new(),
        };
        for (subject, kind, want) in [
            (SubjectKind::Lead, ActionKind::NoteAdded, true),
            (SubjectKind::Customer, ActionKind::NoteAdded, false),
            (SubjectKind::Customer, ActionKind::CustomerCreated, true),
            (SubjectKind::Customer, ActionKind::VisitCounted, true),
            (SubjectKind::Contact, ActionKind::ContactTagged, true),
            (SubjectKind::Contact, ActionKind::ContactChanged, false),
            (SubjectKind::Contact, ActionKind::LeadCreated, false),
        ] {
            assert_eq!(playbook.concerns(subject, &action(kind)), want, "{subject:?} {kind:?}");
        }
        let mut edit = action(ActionKind::CustomerChanged);
        edit.data.insert("owner_id".to_owned(), serde_json::Value::Null);
        assert!(playbook.concerns(SubjectKind::Customer, &edit));
    }
}
