//! Where a subject goes by itself, and where people may put it.

use chrono::{DateTime, Utc};

use crate::people::Role;
use crate::playbook::action::Action;
use crate::playbook::code::Code;
use crate::playbook::condition::{Moment, Name};
use crate::playbook::facts::{Facts, Place};
use crate::playbook::model::{Move, Playbook};
use crate::playbook::subject::SubjectKind;

/// Why a person may not put a subject into a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacementRefused {
    /// The playbook has no such stage.
    StageUnknown,
    /// It is there already.
    AlreadyThere,
    /// Not with this role.
    RoleNotAllowed,
    ReasonMissing,
}

/// Whether somebody with `role` may put the subject into `stage`, for `reason`.
///
/// # Errors
/// Why not.
pub fn may_place(
    playbook: &Playbook,
    subject: SubjectKind,
    place: Option<&Place>,
    stage: &str,
    role: Option<Role>,
    reason: Option<&str>,
) -> Result<Code, PlacementRefused> {
    let rules = playbook.subjects.get(&subject).ok_or(PlacementRefused::StageUnknown)?;
    let stage = rules.stage(stage).ok_or(PlacementRefused::StageUnknown)?;
    if place.is_some_and(|place| place.stage == stage.code) {
        return Err(PlacementRefused::AlreadyThere);
    }
    if !role.is_some_and(|role| rules.by_hand.contains(&role)) {
        return Err(PlacementRefused::RoleNotAllowed);
    }
    if reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(PlacementRefused::ReasonMissing);
    }
    Ok(stage.code.clone())
}

/// The first move that leads out of `place` now, with when the last of the facts behind it came to be.
pub(super) fn next_move<'a>(
    playbook: &'a Playbook,
    facts: &Facts,
    place: &Place,
    action: &Action,
    now: DateTime<Utc>,
) -> Option<(&'a Move, DateTime<Utc>)> {
    let moment = Moment { facts, limits: &playbook.limits, action: Some(action), now };
    let rules = playbook.subjects.get(&facts.subject.kind)?;
    let leads_out = |step: &&Move| step.from.contains(&place.stage) && (step.on.is_empty() || step.on.contains(&action.kind));
    rules.moves.iter().filter(leads_out).find_map(|step| {
        let holds = step.when.iter().all(|clause| clause.condition.holds(&moment) == Ok(true));
        let evidence = latest_evidence(step, facts);
        let acted_at = (!step.on.is_empty()).then(|| action.at());
        // What was known when a person put it here was known to that person too.
        let is_news = acted_at.is_some() || !place.placed || evidence.is_some_and(|at| at > place.entered_at);
        (holds && is_news).then(|| (step, acted_at.max(evidence).unwrap_or_else(|| action.at())))
    })
}

/// When the last of the facts that a move's conditions read was recorded to have come to be.
fn latest_evidence(step: &Move, facts: &Facts) -> Option<DateTime<Utc>> {
    step.when.iter().flat_map(|clause| clause.condition.names()).filter_map(|name| evidence_at(name, facts)).max()
}

fn evidence_at(name: &Name, facts: &Facts) -> Option<DateTime<Utc>> {
    match name {
        Name::Field(code, _) => facts.subject.fields.get(code).map(|written| written.at),
        Name::Count(kind) | Name::Last(kind) => facts.subject.history.get(kind).map(|tally| tally.last_at),
        _ => None,
    }
}
