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
use super::effect::{Effect, incident_id};
use super::engine::{apply, fire};
use super::facts::{FactName, Facts, Timer};
use super::model::Playbook;

mod comparison;

pub use comparison::{Comparison, Mark, Seen, compare, seen};

/// No subject's past has more to tell; what comes after is cut off.
pub const HAPPENINGS_MAX: usize = 10_000;

/// A recorded action, and what the store knew right after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub action: Action,
    pub known: BTreeMap<FactName, Value>,
}

/// Somebody acknowledged or snoozed an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub incident: Uuid,
    pub at: DateTime<Utc>,
    /// No further step of its timer before this.
    pub until: DateTime<Utc>,
}

/// An effect and when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    pub at: DateTime<Utc>,
    /// The stage that the subject was in then.
    pub stage: Option<Code>,
    pub effect: Effect,
}

/// Runs a subject's past under a playbook until `until`, from `start`, in which nothing of that past has happened.
///
/// Actions that the house recorded are left out: the playbook that is tried records its own. What a rule says only once is told once.
pub fn simulate(playbook: &Playbook, start: &Facts, past: &[Past], clocks: Clocks<'_>, until: DateTime<Utc>) -> Vec<Happening> {
    simulate_kept(playbook, start, past, &[], clocks, until)
}

/// As [`simulate`], where people kept incidents quiet for a while. An incident goes by its timer: where the playbook that is tried opens
/// the same timer, it is the same incident, and is kept quiet as it was.
pub fn simulate_kept(
    playbook: &Playbook,
    start: &Facts,
    past: &[Past],
    kept: &[Kept],
    clocks: Clocks<'_>,
    until: DateTime<Utc>,
) -> Vec<Happening> {
    let acted = past.iter().filter(|past| !past.action.kind.is_of_house()).map(Turn::Act);
    let mut turns = acted.chain(kept.iter().map(Turn::Keep)).filter(|turn| turn.at() <= until).collect::<Vec<_>>();
    turns.sort_by_key(Turn::order);
    let mut run = Run { playbook, clocks, facts: start.clone(), told: BTreeSet::new(), happenings: Vec::new() };
    let mut now = DateTime::<Utc>::MIN_UTC;
    for turn in turns {
        run.fire_before(turn.at(), &mut now);
        now = turn.at();
        match turn {
            Turn::Act(past) => {
                run.facts.known.clone_from(&past.known);
                run.act(&past.action, now);
            }
            Turn::Keep(kept) => run.keep(kept),
        }
    }
    // What is due at `until` itself has happened.
    run.fire_before(until + TimeDelta::nanoseconds(1), &mut now);
    run.happenings
}

/// What people did next.
#[derive(Clone, Copy)]
enum Turn<'a> {
    Act(&'a Past),
    Keep(&'a Kept),
}

impl Turn<'_> {
    const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Act(past) => past.action.recorded_at,
            Self::Keep(kept) => kept.at,
        }
    }

    /// At one instant deeds come before what is done about incidents.
    const fn order(&self) -> (DateTime<Utc>, bool, Uuid) {
        match self {
            Self::Act(past) => (past.action.recorded_at, false, past.action.id),
            Self::Keep(kept) => (kept.at, true, kept.incident),
        }
    }
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

    /// Whoever keeps an incident quiet has seen it: what was due by then is fired first, as it was for them.
    fn keep(&mut self, kept: &Kept) {
        let mut now = kept.at;
        self.fire_before(kept.at + TimeDelta::nanoseconds(1), &mut now);
        if let Some(timer) = self.facts.timers.iter_mut().find(|timer| incident_id(timer.id) == kept.incident) {
            timer.quiet_until = Some(kept.until);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>, now: DateTime<Utc>) {
        self.facts.follow(&effects);
        let stage = self.facts.subject.place.as_ref().map(|place| place.stage.clone());
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
                self.happenings.push(Happening { at: now, stage: stage.clone(), effect });
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
