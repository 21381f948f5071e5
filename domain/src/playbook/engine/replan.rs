//! What becomes of running timers when other rules come into force.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::fire::watches_nothing;
use crate::playbook::clock::Clocks;
use crate::playbook::code::Code;
use crate::playbook::condition::Moment;
use crate::playbook::effect::{ClosedBecause, Effect, TimerClosing, TimerOpening, timer_id};
use crate::playbook::facts::{Facts, Timer};
use crate::playbook::model::{Playbook, TimerRule};
use crate::playbook::subject::SubjectKind;

/// What a playbook or calendar that came into force at `in_force_at` means for a subject's open timers: one effect for each.
///
/// What has been said stays said; only what comes next is counted anew, from where its time began to count. A timer that the rules do not
/// have any more is retired. No rule reaches back: what would have been due before the rule was there is due when it comes into force, and
/// what was due by the rules of then stays due.
pub fn replan(playbook: &Playbook, facts: &Facts, clocks: Clocks<'_>, in_force_at: DateTime<Utc>) -> Vec<Effect> {
    facts.timers.iter().map(|timer| replanned(playbook, facts, timer, clocks, in_force_at)).collect()
}

fn replanned(playbook: &Playbook, facts: &Facts, timer: &Timer, clocks: Clocks<'_>, in_force_at: DateTime<Utc>) -> Effect {
    let rule = match watched(playbook, facts, timer) {
        Ok(rule) => rule,
        Err(because) => {
            let at = in_force_at.max(timer.opened_at);
            return Effect::CloseTimer(TimerClosing { timer: timer.id, because, action: None, at, in_time: false });
        }
    };
    let after = if timer.step == 0 { Some(rule.after) } else { rule.step(timer.step).map(|step| step.after) };
    let due_at = after.map_or(DateTime::<Utc>::MAX_UTC, |after| clocks.due(rule.clock, timer.since, after.delta()));
    let due_at = if due_at < in_force_at { timer.due_at.min(in_force_at).max(due_at) } else { due_at };
    Effect::Replan { timer: timer.id, step: timer.step, due_at }
}

fn watched<'a>(playbook: &'a Playbook, facts: &Facts, timer: &Timer) -> Result<&'a TimerRule, ClosedBecause> {
    if let Some(because) = watches_nothing(playbook, facts, timer) {
        return Err(because);
    }
    let rule = playbook.timer(&timer.code).ok_or(ClosedBecause::Retired)?;
    let stage = facts.subject.place.as_ref().map(|place| &place.stage);
    let is_watched = timer.entry.is_none() || stage.is_some_and(|stage| rule.opens.stages.contains(stage));
    if is_watched { Ok(rule) } else { Err(ClosedBecause::Retired) }
}

/// Timers that begin because rules came into force which watch the stage a subject is in, and those of `before` did not. Their time counts
/// from then: no rule reaches back. `because_of` names the change of rules.
pub fn watch(
    before: &Playbook,
    playbook: &Playbook,
    facts: &Facts,
    clocks: Clocks<'_>,
    (in_force_at, because_of): (DateTime<Utc>, Uuid),
) -> Vec<Effect> {
    let Some(place) = &facts.subject.place else { return Vec::new() };
    let moment = Moment { facts, limits: &playbook.limits, action: None, now: in_force_at };
    let begins = |rule: &&TimerRule| {
        let already = before.timer(&rule.code).is_some_and(|rule| watches(rule, facts.subject.kind, &place.stage));
        watches(rule, facts.subject.kind, &place.stage)
            && !already
            && facts.timers.iter().all(|timer| timer.code != rule.code)
            && rule.opens.trigger.when.as_ref().is_none_or(|condition| condition.holds(&moment) == Ok(true))
    };
    let opened_at = in_force_at.max(place.entered_at);
    let opening = |rule: &TimerRule| {
        Effect::OpenTimer(TimerOpening {
            timer: timer_id(facts.subject.id, because_of, &rule.code),
            code: rule.code.clone(),
            entry: Some(place.entry),
            opened_by: because_of,
            opened_at,
            due_at: clocks.due(rule.clock, opened_at, rule.after.delta()),
        })
    };
    playbook.timers.iter().filter(begins).map(opening).collect()
}

fn watches(rule: &TimerRule, subject: SubjectKind, stage: &Code) -> bool {
    rule.subject == subject && rule.opens.stages.contains(stage)
}

/// The stages, by kind of subject, that a playbook watches and the one before did not.
pub fn newly_watched(before: &Playbook, playbook: &Playbook) -> Vec<(SubjectKind, Code)> {
    let watched = playbook.timers.iter().flat_map(|rule| rule.opens.stages.iter().map(move |stage| (rule, stage)));
    let new = watched.filter(|(rule, stage)| !before.timer(&rule.code).is_some_and(|before| watches(before, rule.subject, stage)));
    new.map(|(rule, stage)| (rule.subject, stage.clone())).collect()
}
