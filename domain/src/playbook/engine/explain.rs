//! Why a subject is where it is: every condition of every way on, met or not, and by which action.

use chrono::{DateTime, Utc};

use crate::playbook::action::ActionKind;
use crate::playbook::code::Code;
use crate::playbook::condition::{Missing, Moment, Name};
use crate::playbook::effect::{Evidence, Proven};
use crate::playbook::facts::Facts;
use crate::playbook::model::{Clause, Move, Playbook};

/// Where a subject stands and what leads on.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation<'a> {
    pub stage: Option<Code>,
    pub entered_at: Option<DateTime<Utc>>,
    /// The deeds that the stage waits for.
    pub awaits: &'a [ActionKind],
    pub moves: Vec<MoveExplained<'a>>,
}

/// One way out of the stage.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveExplained<'a> {
    pub step: &'a Move,
    pub clauses: Vec<ClauseExplained<'a>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClauseExplained<'a> {
    pub clause: &'a Clause,
    pub state: ClauseState,
    /// What is known of what it reads.
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseState {
    Met,
    NotMet,
    /// Not met, because this is not known.
    Missing(Missing),
}

/// Explains where the subject stands.
///
/// Conditions that read the action itself are explained without one: they are then missing what only an action can bring.
pub fn explain<'a>(playbook: &'a Playbook, facts: &Facts, now: DateTime<Utc>) -> Explanation<'a> {
    let place = facts.subject.place.as_ref();
    let rules = playbook.subjects.get(&facts.subject.kind);
    let stage = place.and_then(|place| rules?.stage(place.stage.as_str()));
    let moment = Moment { facts, limits: &playbook.limits, action: None, now };
    let ways = rules.map(|rules| rules.moves.as_slice()).unwrap_or_default();
    let leads_out = |step: &&Move| place.is_some_and(|place| step.from.contains(&place.stage));
    let explained = ways.iter().filter(leads_out).map(|step| way(step, &moment));
    Explanation {
        stage: place.map(|place| place.stage.clone()),
        entered_at: place.map(|place| place.entered_at),
        awaits: stage.map(|stage| stage.awaits.as_slice()).unwrap_or_default(),
        moves: explained.collect(),
    }
}

/// The ways that lead into the stage where the subject stands, as they look today: why it is there, or what is still open of what is
/// usually there by then when a person put it there.
pub fn explain_entry<'a>(playbook: &'a Playbook, facts: &Facts, now: DateTime<Utc>) -> Vec<MoveExplained<'a>> {
    let moment = Moment { facts, limits: &playbook.limits, action: None, now };
    let stage = facts.subject.place.as_ref().map(|place| &place.stage);
    let ways = playbook.subjects.get(&facts.subject.kind).map(|rules| rules.moves.as_slice()).unwrap_or_default();
    ways.iter().filter(|step| Some(&step.to) == stage).map(|step| way(step, &moment)).collect()
}

/// The conditions of a move that is being made, and what they are met by.
pub(super) fn proof(step: &Move, moment: &Moment<'_>) -> Vec<Proven> {
    let met = step.when.iter().map(|clause| explained(clause, moment));
    met.map(|met| {
        let (name, condition) = (met.clause.name.clone(), met.clause.condition.source().to_owned());
        Proven { name, condition, evidence: met.evidence }
    })
    .collect()
}

fn way<'a>(step: &'a Move, moment: &Moment<'_>) -> MoveExplained<'a> {
    MoveExplained { step, clauses: step.when.iter().map(|clause| explained(clause, moment)).collect() }
}

fn explained<'a>(clause: &'a Clause, moment: &Moment<'_>) -> ClauseExplained<'a> {
    let state = match clause.condition.holds(moment) {
        Ok(true) => ClauseState::Met,
        Ok(false) => ClauseState::NotMet,
        Err(missing) => ClauseState::Missing(missing),
    };
    let mut evidence = Vec::new();
    for name in clause.condition.names() {
        let found = evidence_of(name, moment);
        evidence.extend(found.filter(|found| !evidence.contains(found)));
    }
    ClauseExplained { clause, state, evidence }
}

fn evidence_of(name: &Name, moment: &Moment<'_>) -> Option<Evidence> {
    let facts = moment.facts;
    let (action, at) = match name {
        Name::ActionKind | Name::ActorRole | Name::Data(..) => moment.action.map(|action| (action.id, action.at()))?,
        Name::Field(code, _) => facts.subject.fields.get(code).map(|written| (written.action, written.at))?,
        Name::Count(kind) | Name::Last(kind) => facts.subject.history.get(kind).map(|tally| (tally.last_action, tally.last_at))?,
        Name::Fact(fact) => {
            let tallies = fact.sources().iter().filter_map(|kind| facts.subject.history.get(kind));
            tallies.map(|tally| (tally.last_action, tally.last_at)).max_by_key(|(action, at)| (*at, *action))?
        }
        _ => return None,
    };
    Some(Evidence { name: name.to_string(), action, at })
}
