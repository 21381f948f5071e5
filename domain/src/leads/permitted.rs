//! What can be done to a lead where it stands. The playbook says which deeds lead on from which stage; no stage is known by its name.

use uuid::Uuid;

use crate::playbook::model::StageKind;
use crate::playbook::{ActionKind, Facts, Playbook, SubjectKind};

/// Whether the lead is in a stage that is not the end of it.
pub fn is_open(playbook: &Playbook, facts: &Facts) -> bool {
    let rules = playbook.subjects.get(&SubjectKind::Lead);
    let stage = facts.subject.place.as_ref().and_then(|place| rules?.stage(place.stage.as_str()));
    stage.is_some_and(|stage| stage.kind == StageKind::Open)
}

/// The codes of the stages in which a lead is worked on.
pub fn open_stages(playbook: &Playbook) -> Vec<String> {
    let stages = playbook.subjects.get(&SubjectKind::Lead).map(|rules| rules.stages.as_slice()).unwrap_or_default();
    stages.iter().filter(|stage| stage.kind == StageKind::Open).map(|stage| stage.code.to_string()).collect()
}

/// Whether the stage waits for this deed, or is left by it.
pub fn leads_on(playbook: &Playbook, facts: &Facts, deed: ActionKind) -> bool {
    let Some((rules, place)) = playbook.subjects.get(&SubjectKind::Lead).zip(facts.subject.place.as_ref()) else { return false };
    let awaits = rules.stage(place.stage.as_str()).is_some_and(|stage| stage.awaits.contains(&deed));
    awaits || rules.moves.iter().any(|step| step.from.contains(&place.stage) && step.on.contains(&deed))
}

/// Whether somebody has yet to say whether they take it.
pub fn is_offered(playbook: &Playbook, facts: &Facts) -> bool {
    facts.subject.owner_id.is_some() && leads_on(playbook, facts, ActionKind::LeadDeclined)
}

/// Whether nobody has it and anybody of the unit may take it.
pub fn is_in_pool(playbook: &Playbook, facts: &Facts) -> bool {
    facts.subject.owner_id.is_none() && leads_on(playbook, facts, ActionKind::LeadAccepted)
}

/// Whether it can be offered to `rep`: it waits for that, or an offer to somebody else is open.
pub fn can_be_offered(playbook: &Playbook, facts: &Facts, rep: Uuid) -> bool {
    let waits = leads_on(playbook, facts, ActionKind::LeadAssigned) || is_offered(playbook, facts);
    waits && facts.subject.owner_id != Some(rep)
}

/// Whether a contact can be recorded: the first one where it is awaited, and further ones as long as somebody has the lead.
pub fn can_be_contacted(playbook: &Playbook, facts: &Facts) -> bool {
    let again = facts.subject.history.contains_key(&ActionKind::LeadContacted) && is_open(playbook, facts);
    (leads_on(playbook, facts, ActionKind::LeadContacted) || again) && !is_offered(playbook, facts) && facts.subject.owner_id.is_some()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Tz;

    use super::*;
    use crate::playbook::{Code, DEFAULT, Place, read};

    fn at(stage: &str, owner_id: Option<Uuid>) -> Facts {
        let mut facts = Facts::fresh(SubjectKind::Lead, Uuid::from_u128(1), Tz::Asia__Shanghai);
        let (stage, entered_at) = (Code::parse(stage).unwrap(), DateTime::UNIX_EPOCH);
        facts.subject.place = Some(Place { stage, entry: Uuid::from_u128(2), entered_at, placed: false });
        facts.subject.owner_id = owner_id;
        facts
    }

    #[test]
    fn the_default_playbook_lets_happen_what_it_waits_for() {
        let playbook = read(DEFAULT).unwrap();
        let (me, other) = (Uuid::from_u128(3), Uuid::from_u128(4));
        let told = |facts: &Facts| {
            (
                is_in_pool(&playbook, facts),
                can_be_offered(&playbook, facts, other),
                is_offered(&playbook, facts),
                can_be_contacted(&playbook, facts),
                is_open(&playbook, facts),
            )
        };
        assert_eq!(told(&at("new", None)), (true, true, false, false, true));
        assert_eq!(told(&at("assigned", Some(me))), (false, true, true, false, true));
        assert_eq!(told(&at("confirmed", Some(me))), (false, true, false, true, true));
        assert_eq!(told(&at("qualified", Some(me))), (false, true, false, false, true));
        assert_eq!(told(&at("converted", Some(me))), (false, false, false, false, false));
        assert!(!can_be_offered(&playbook, &at("assigned", Some(me)), me), "it is offered to this rep already");
        assert_eq!(open_stages(&playbook), ["new", "assigned", "confirmed", "contacted", "qualified"]);
    }
}
