//! The laws.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::simulation::{Happening, Past};
use domain::playbook::{Action, Effect, Facts, SubjectKind, apply, fire};
use proptest::prelude::*;
use serde_json::Map;
use uuid::Uuid;

use super::life::{CLOCKS, PLAYBOOK, any_life, end, fresh, life, quiet, run};

/// Goes along with the clock as the store and the timekeeper do, looking for due timers at the given instants as well.
struct Along {
    facts: Facts,
    told: BTreeSet<Uuid>,
    happenings: Vec<Happening>,
}

impl Along {
    fn of(facts: Facts) -> Self {
        Self { facts, told: BTreeSet::new(), happenings: Vec::new() }
    }

    /// Everything that is due before `now`; what is due at `now` is left to the action of that instant.
    fn until(&mut self, now: DateTime<Utc>) {
        while let Some(timer) = self.facts.timers.iter().filter(|timer| timer.due_at < now).min_by_key(|timer| (timer.due_at, timer.id)) {
            let (timer, at) = (timer.clone(), timer.due_at);
            let at = at.max(self.happenings.last().map_or(at, |last| last.at));
            let effects = fire(&PLAYBOOK, &self.facts, &timer, CLOCKS, at);
            if effects.is_empty() {
                return;
            }
            self.follow(effects, at);
        }
    }

    fn act(&mut self, action: &Action, now: DateTime<Utc>) {
        self.facts.absorb(&PLAYBOOK, action);
        let effects = apply(&PLAYBOOK, &self.facts, action, CLOCKS, now);
        self.follow(effects, now);
    }

    fn follow(&mut self, effects: Vec<Effect>, at: DateTime<Utc>) {
        self.facts.follow(&effects);
        let stage = self.facts.subject.place.as_ref().map(|place| place.stage.clone());
        for effect in effects {
            let record = match &effect {
                Effect::Record { id, kind, .. } => {
                    Some(Action { id: *id, kind: *kind, actor_role: None, occurred_at: at, recorded_at: at, data: Map::new() })
                }
                _ => None,
            };
            let is_new = match &effect {
                Effect::Intervene(said) => self.told.insert(said.id),
                Effect::AddToWeeklyList { id, .. } => self.told.insert(*id),
                _ => true,
            };
            if is_new {
                self.happenings.push(Happening { at, stage: stage.clone(), effect });
            }
            if let Some(action) = record {
                self.act(&action, at);
            }
        }
    }
}

/// The timers that opened, closed and stepped, in the order in which it happened: id → (due, closed when and whether in time,
/// steps with their times).
#[derive(Default)]
struct Timer {
    due_at: Option<DateTime<Utc>>,
    closed: Vec<(usize, DateTime<Utc>, bool)>,
    steps: Vec<(usize, u32, DateTime<Utc>)>,
}

fn timers(happenings: &[Happening]) -> BTreeMap<Uuid, Timer> {
    let mut timers = BTreeMap::<Uuid, Timer>::new();
    for (n, happening) in happenings.iter().enumerate() {
        match &happening.effect {
            Effect::OpenTimer(opening) => timers.entry(opening.timer).or_default().due_at = Some(opening.due_at),
            Effect::CloseTimer(closing) => timers.entry(closing.timer).or_default().closed.push((n, happening.at, closing.in_time)),
            Effect::StepDone { timer, step, .. } => timers.entry(*timer).or_default().steps.push((n, *step, happening.at)),
            _ => {}
        }
    }
    timers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_same_past_has_the_same_consequences((kind, past) in any_life()) {
        prop_assert_eq!(run(kind, &past), run(kind, &past));
    }

    #[test]
    fn replay_equals_going_along((kind, past) in any_life(), glances in proptest::collection::vec(0_i64..200_000, 0..40)) {
        let mut along = Along::of(fresh(kind, 1));
        let first = past.first().map_or_else(super::life::start, |past| past.action.recorded_at);
        let mut instants = glances.into_iter().map(|minutes| (first + TimeDelta::minutes(minutes), None)).collect::<Vec<_>>();
        instants.extend(past.iter().map(|past| (past.action.recorded_at, Some(&past.action))));
        instants.sort_by_key(|(at, action)| (*at, action.map(|action| action.id)));
        for (now, action) in instants.into_iter().filter(|(at, _)| *at <= end(&past)) {
            along.until(now);
            if let Some(action) = action {
                along.act(action, now);
            }
        }
        along.until(end(&past) + TimeDelta::nanoseconds(1));
        prop_assert_eq!(along.happenings, run(kind, &past));
    }

    #[test]
    fn independent_subjects_do_not_disturb_each_other(a in life(SubjectKind::Lead, 1), b in life(SubjectKind::Lead, 2), a_first in any::<bool>()) {
        let (mut left, mut right) = (Along::of(fresh(SubjectKind::Lead, 1)), Along::of(fresh(SubjectKind::Lead, 2)));
        let until = end(&a).max(end(&b));
        let mut all = a.iter().map(|past| (past, true)).chain(b.iter().map(|past| (past, false))).collect::<Vec<_>>();
        all.sort_by_key(|(past, is_a)| (past.action.recorded_at, *is_a != a_first, past.action.id));
        for (past, is_a) in all {
            let now = past.action.recorded_at;
            left.until(now);
            right.until(now);
            let side = if is_a { &mut left } else { &mut right };
            side.act(&past.action, now);
        }
        left.until(until);
        let alone = domain::playbook::simulation::simulate(&PLAYBOOK, &fresh(SubjectKind::Lead, 1), &a, CLOCKS, until - TimeDelta::nanoseconds(1));
        prop_assert_eq!(left.happenings, alone);
    }

    #[test]
    fn timers_fire_once_never_early_and_never_after_they_were_closed((kind, past) in any_life()) {
        for (id, timer) in timers(&run(kind, &past)) {
            let steps = timer.steps.iter().map(|(_, step, _)| *step).collect::<Vec<_>>();
            let each_once = (0..u32::try_from(steps.len()).unwrap()).collect::<Vec<_>>();
            prop_assert_eq!(&steps, &each_once, "{} steps one after the other, each once", id);
            prop_assert!(timer.closed.len() <= 1, "{} is closed once", id);
            let due_at = timer.due_at.unwrap();
            for (n, _, at) in &timer.steps {
                prop_assert!(*at >= due_at, "{} fired early", id);
                if let Some((closed, closed_at, in_time)) = timer.closed.first() {
                    prop_assert!(n < closed, "{} fired after it was closed", id);
                    prop_assert!(!in_time || *closed_at > due_at, "{} was closed in time and fired", id);
                }
            }
        }
    }

    #[test]
    fn edits_and_talk_change_no_timer((kind, past) in any_life(), at in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..20)) {
        // Nothing that rules count is among them, so that nothing else is said either.
        let (kinds, before) = (quiet(kind), run(kind, &past));
        prop_assume!(!past.is_empty() && !kinds.is_empty());
        let mut noisy = past.clone();
        for (n, (where_to, which)) in at.iter().enumerate() {
            let beside = &past[where_to.index(past.len())].action;
            let action = Action { id: Uuid::from_u128(0xFFFF_0000 + n as u128), kind: kinds[which.index(kinds.len())], data: Map::new(), ..beside.clone() };
            noisy.push(Past { action, known: BTreeMap::new() });
        }
        let until = end(&past);
        let after = domain::playbook::simulation::simulate(&PLAYBOOK, &fresh(kind, 1), &noisy, CLOCKS, until);
        prop_assert_eq!(after, before);
    }

    #[test]
    fn what_is_open_is_watched_and_what_is_over_is_not((kind, past) in any_life()) {
        let mut along = Along::of(fresh(kind, 1));
        for past in &past {
            along.until(past.action.recorded_at);
            along.act(&past.action, past.action.recorded_at);
            let facts = &along.facts;
            let codes = facts.timers.iter().map(|timer| timer.code.as_str()).collect::<Vec<_>>();
            let distinct = codes.iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(distinct.len(), codes.len(), "one timer of a code at a time");
            let entry = facts.subject.place.as_ref().map(|place| place.entry);
            prop_assert!(facts.timers.iter().all(|timer| timer.entry.is_none() || timer.entry == entry));
            let Some(place) = &facts.subject.place else { continue };
            let watch = match kind {
                SubjectKind::Lead => "lead_stalled",
                SubjectKind::Deal => "deal_stalled",
                // With whoever asked, somebody else is told.
                SubjectKind::Handover if place.stage.as_str() == "returned" => "handover_returned",
                SubjectKind::Handover => "handover_waiting",
                _ => continue,
            };
            let is_open = PLAYBOOK.subjects[&kind].stage(place.stage.as_str()).unwrap().kind == domain::playbook::model::StageKind::Open;
            prop_assert_eq!(codes.contains(&watch), is_open, "at {}", place.stage);
        }
    }

    #[test]
    fn a_stage_is_entered_at_most_once_with_an_action_and_time_does_not_run_back((kind, past) in any_life()) {
        let mut last = None;
        for happening in run(kind, &past) {
            if let Effect::EnterStage(entry) = happening.effect {
                prop_assert!(entry.at <= happening.at && last.is_none_or(|last| last <= entry.at), "{:?}", entry);
                prop_assert_ne!(entry.left.as_ref(), Some(&entry.stage));
                last = Some(entry.at);
            }
        }
    }
}
