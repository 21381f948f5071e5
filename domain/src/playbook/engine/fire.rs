//! What follows when a timer runs out, and for how long people can make it hold its tongue.

use chrono::{DateTime, TimeDelta, Utc};

use crate::playbook::clock::Clocks;
use crate::playbook::effect::{ClosedBecause, Effect, Incident, Intervention, TimerClosing, consequence_id, incident_id};
use crate::playbook::facts::{Facts, Timer};
use crate::playbook::model::{InterventionRule, Playbook, StageKind, TimerRule};

/// A step that is noticed later than this after it was due is told as late: the machine was away, the news is old.
pub const LATE_AFTER_MINUTES: i64 = 15;

/// What follows when a timer is due. Nothing, when it is not due yet, was closed meanwhile or has already done this step: the facts say
/// how the timer stands, whatever was queued. One step at a time; `StepDone` says when the next is due.
///
/// A step that is late puts the following ones off, so that a machine that was away for a week does not say everything at once.
pub fn fire(playbook: &Playbook, facts: &Facts, timer: &Timer, clocks: Clocks<'_>, now: DateTime<Utc>) -> Vec<Effect> {
    let stands = facts.timers.iter().find(|open| open.id == timer.id && open.step == timer.step);
    let Some(timer) = stands.filter(|timer| timer.due_at <= now) else { return Vec::new() };
    if let Some(because) = watches_nothing(playbook, facts, timer) {
        return vec![Effect::CloseTimer(TimerClosing { timer: timer.id, because, action: None, at: now, in_time: false })];
    }
    if let Some(until) = timer.quiet_until.filter(|until| timer.step > 0 && *until > now) {
        return vec![Effect::Wait { timer: timer.id, step: timer.step, until }];
    }
    let Some((rule, said)) = playbook.timer(&timer.code).and_then(|rule| Some((rule, rule.said_at(timer.step)?))) else {
        return Vec::new();
    };
    let late = now - timer.due_at > TimeDelta::minutes(LATE_AFTER_MINUTES);
    let mut effects = Vec::new();
    if timer.step == 0 && rule.incident {
        let id = incident_id(timer.id);
        effects.push(Effect::RaiseIncident(Incident { id, timer: timer.id, code: rule.code.clone(), due_at: timer.due_at, late }));
    }
    effects.extend(interventions(rule, said, timer, late));
    let since = if late { now } else { timer.due_at };
    let next = rule.step(timer.step + 1).map(|next| (timer.step + 1, clocks.due(rule.clock, since, next.after.delta())));
    effects.push(Effect::StepDone { timer: timer.id, step: timer.step, since, next });
    if let Some(kind) = rule.records.filter(|_| timer.step == 0) {
        effects.push(Effect::Record { id: consequence_id(timer.id, "record", 0), kind, because_of: timer.id });
    }
    effects
}

pub(super) fn watches_nothing(playbook: &Playbook, facts: &Facts, timer: &Timer) -> Option<ClosedBecause> {
    let place = facts.subject.place.as_ref();
    if timer.entry.is_some() && timer.entry != place.map(|place| place.entry) {
        return Some(ClosedBecause::StageLeft);
    }
    let Some(rule) = playbook.timer(&timer.code).filter(|rule| rule.subject == facts.subject.kind) else {
        return Some(ClosedBecause::Retired);
    };
    let stage = place.and_then(|place| playbook.subjects.get(&rule.subject)?.stage(place.stage.as_str()));
    let is_over = stage.is_some_and(|stage| stage.kind != StageKind::Open);
    (is_over && timer.entry.is_none()).then_some(ClosedBecause::SubjectClosed)
}

fn interventions(rule: &TimerRule, said: &[InterventionRule], timer: &Timer, late: bool) -> Vec<Effect> {
    let of = format!("step {}", timer.step);
    let interventions = said.iter().enumerate().map(|(nth, said)| {
        Effect::Intervene(Intervention {
            id: consequence_id(timer.id, &of, nth),
            kind: said.kind,
            to: said.to,
            text: said.text.clone(),
            urgent: said.urgent,
            by: rule.code.clone(),
            step: Some((timer.id, timer.step)),
            late,
        })
    });
    interventions.collect()
}

/// Until when an acknowledgement keeps a timer's further steps quiet; afterwards it goes on, because an acknowledgement is no deed.
pub fn acknowledged_until(rule: &TimerRule, clocks: Clocks<'_>, now: DateTime<Utc>) -> DateTime<Utc> {
    clocks.due(rule.clock, now, rule.hold.acknowledged.delta())
}

/// A snooze that was asked for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnoozeTooLong {
    /// The latest that would be accepted.
    pub at_most: DateTime<Utc>,
}

/// Until when a snooze keeps a timer's further steps quiet.
///
/// # Errors
/// `SnoozeTooLong` beyond what the playbook allows.
pub fn snoozed_until(
    rule: &TimerRule,
    clocks: Clocks<'_>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, SnoozeTooLong> {
    let at_most = clocks.due(rule.clock, now, rule.hold.snoozed_at_most.delta());
    if until > at_most { Err(SnoozeTooLong { at_most }) } else { Ok(until) }
}
