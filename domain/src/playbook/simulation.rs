//! The past run again: what a playbook would have done with the actions that were recorded.
//!
//! Actions come in the order in which they were recorded, and the clock moves from one to the next; timers fire when they are due, on
//! the way. At one and the same instant the action comes first: a deed that was done in time wins.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::action::Action;
use super::clock::Clocks;
use super::code::Code;
use super::condition::Value;
use super::effect::Effect;
use super::engine::{apply, fire};
use super::facts::{FactName, Facts, Timer};
use super::model::{InterventionKind, Playbook};
use super::subject::Recipient;

/// No subject's past has more to tell; what comes after is cut off.
pub const HAPPENINGS_MAX: usize = 10_000;

/// A recorded action, and what the store knew right after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub action: Action,
    pub known: BTreeMap<FactName, Value>,
}

/// An effect and when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    pub at: DateTime<Utc>,
    pub effect: Effect,
}

/// Runs a subject's past under a playbook until `until`, from `start`, in which nothing of that past has happened.
///
/// Actions that the house recorded are left out: the playbook that is tried records its own. What a rule says only once is told once.
pub fn simulate(playbook: &Playbook, start: &Facts, past: &[Past], clocks: Clocks<'_>, until: DateTime<Utc>) -> Vec<Happening> {
    let mut past = past.iter().filter(|past| !past.action.kind.is_of_house()).collect::<Vec<_>>();
    past.sort_by_key(|past| (past.action.recorded_at, past.action.id));
    let mut run = Run { playbook, clocks, facts: start.clone(), told: BTreeSet::new(), happenings: Vec::new() };
    let mut now = DateTime::<Utc>::MIN_UTC;
    for past in past.into_iter().take_while(|past| past.action.recorded_at <= until) {
        run.fire_before(past.action.recorded_at, &mut now);
        now = past.action.recorded_at;
        run.facts.known.clone_from(&past.known);
        run.act(&past.action, now);
    }
    // What is due at `until` itself has happened.
    run.fire_before(until + TimeDelta::nanoseconds(1), &mut now);
    run.happenings
}

struct Run<'a> {
    playbook: &'a Playbook,
    clocks: Clocks<'a>,
    facts: Facts,
    /// The ids of what has been said.
    told: BTreeSet<Uuid>,
    happenings: Vec<Happening>,
}

impl Run<'_> {
    fn fire_before(&mut self, end: DateTime<Utc>, now: &mut DateTime<Utc>) {
        while let Some(timer) = self.next_due(end) {
            *now = timer.due_at.max(*now);
            let effects = fire(self.playbook, &self.facts, &timer, self.clocks, *now);
            if effects.is_empty() || self.happenings.len() >= HAPPENINGS_MAX {
                return;
            }
            self.carry_out(effects, *now);
        }
    }

    fn next_due(&self, end: DateTime<Utc>) -> Option<Timer> {
        let due = self.facts.timers.iter().filter(|timer| timer.due_at < end && timer.due_at < DateTime::<Utc>::MAX_UTC);
        due.min_by_key(|timer| (timer.due_at, timer.id)).cloned()
    }

    fn act(&mut self, action: &Action, now: DateTime<Utc>) {
        self.facts.absorb(self.playbook, action);
        let effects = apply(self.playbook, &self.facts, action, self.clocks, now);
        self.carry_out(effects, now);
    }

    fn carry_out(&mut self, effects: Vec<Effect>, now: DateTime<Utc>) {
        self.facts.follow(&effects);
        for effect in effects {
            let recorded = match &effect {
                Effect::Record { id, kind, .. } => Some(Action {
                    id: *id,
                    kind: *kind,
                    actor_role: None,
                    occurred_at: now,
                    recorded_at: now,
                    data: serde_json::Map::new(),
                }),
                _ => None,
            };
            if said_once(&effect).is_none_or(|id| self.told.insert(id)) {
                self.happenings.push(Happening { at: now, effect });
            }
            if let Some(action) = recorded {
                self.act(&action, now);
            }
        }
    }
}

fn said_once(effect: &Effect) -> Option<Uuid> {
    match effect {
        Effect::Intervene(said) => Some(said.id),
        Effect::AddToWeeklyList { id, .. } => Some(*id),
        _ => None,
    }
}

/// An intervention that was or would have been issued.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fired {
    /// The timer or rule.
    pub by: Code,
    pub step: u32,
    pub kind: InterventionKind,
    pub to: Recipient,
    pub at: DateTime<Utc>,
}

/// The interventions among what happened.
pub fn fired(happenings: &[Happening]) -> Vec<Fired> {
    let fired = happenings.iter().filter_map(|happening| match &happening.effect {
        Effect::Intervene(said) => {
            let step = said.step.map_or(0, |(_, step)| step);
            Some(Fired { by: said.by.clone(), step, kind: said.kind, to: said.to, at: happening.at })
        }
        _ => None,
    });
    fired.collect()
}

/// What a playbook would have done otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    pub same: Vec<Fired>,
    /// At another time: as it was, and when it would have been.
    pub moved: Vec<(Fired, DateTime<Utc>)>,
    /// Would have been said, and was not.
    pub added: Vec<Fired>,
    /// Was said, and would not have been.
    pub dropped: Vec<Fired>,
}

/// Times that differ by less are the same: the timekeeper is not a stopwatch.
const SAME_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Compares what would have fired with what did: the first of a kind with the first, the second with the second.
pub fn compare(would: &[Fired], did: &[Fired]) -> Comparison {
    let mut lanes: BTreeMap<_, (Vec<&Fired>, Vec<&Fired>)> = BTreeMap::new();
    let lane = |fired: &Fired| (fired.by.clone(), fired.step, fired.kind, fired.to);
    for fired in would {
        lanes.entry(lane(fired)).or_default().0.push(fired);
    }
    for fired in did {
        lanes.entry(lane(fired)).or_default().1.push(fired);
    }
    let mut comparison = Comparison::default();
    for (mut would, mut did) in lanes.into_values() {
        would.sort_by_key(|fired| fired.at);
        did.sort_by_key(|fired| fired.at);
        let pairs = would.len().min(did.len());
        for (would, did) in would.iter().zip(&did) {
            if (would.at - did.at).abs() <= SAME_WITHIN {
                comparison.same.push((*did).clone());
            } else {
                comparison.moved.push(((*did).clone(), would.at));
            }
        }
        comparison.added.extend(would.into_iter().skip(pairs).cloned());
        comparison.dropped.extend(did.into_iter().skip(pairs).cloned());
    }
    comparison
}
