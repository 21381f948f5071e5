//! One subject's course through actions and timers, run in memory; what is to be written gathers in the ledger.

use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::effect::{Effect, incident_id, part_id};
use domain::playbook::facts::{SubjectFacts, Timer};
use domain::playbook::{Action, FactName, Playbook, apply, fire, reconsider, replan, watch};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::known::DEPARTMENT_DAYS;
use super::ledger::{Appended, Closing, Entered, Ledger, Listed, Opened, Raised, Replanned, Said, Stand, Step};
use super::rules::Rules;
use super::standings::{Held, Key, changes};
use crate::StoreError;

/// More steps of one subject at once than this are left for the next round.
const STEPS_MAX: usize = 50;

/// Carries out in memory what follows from one action, or from timers.
pub(super) struct Course<'a> {
    rules: &'a Rules,
    held: Held,
    before: SubjectFacts,
    now: DateTime<Utc>,
    /// Steps of timers that were done.
    pub fired: usize,
}

impl<'a> Course<'a> {
    /// Begins with what is held. Timers that rest on rules of before go by those in force first: nothing fires by what is not law any more.
    pub fn begin(rules: &'a Rules, held: Held, now: DateTime<Utc>, ledger: &mut Ledger) -> Self {
        let before = held.facts.subject.clone();
        let mut course = Self { rules, held, before, now, fired: 0 };
        if course.held.goes_by_old_rules {
            let effects = replan(&rules.playbook, &course.held.facts, rules.clocks(), rules.in_force_at);
            course.carry_out(ledger, effects, None);
        }
        course
    }

    /// Opens the timers that the rules in force have and those of `before` had not, over the stage that the subject is in.
    pub fn watch(&mut self, ledger: &mut Ledger, before: &Playbook, because_of: Uuid) {
        let (rules, facts) = (self.rules, &self.held.facts);
        let effects = watch(before, &rules.playbook, facts, rules.clocks(), (rules.in_force_at, because_of));
        self.carry_out(ledger, effects, None);
    }

    pub fn key(&self) -> Key {
        (self.held.facts.subject.kind, self.held.facts.subject.id)
    }

    /// Takes an action in and does what follows from it.
    pub fn act(&mut self, ledger: &mut Ledger, action: &Action) {
        let (rules, now) = (self.rules, self.now);
        self.held.facts.absorb(&rules.playbook, action);
        let effects = apply(&rules.playbook, &self.held.facts, action, rules.clocks(), now);
        self.carry_out(ledger, effects, Some(action.id));
    }

    /// Takes note of an action about another subject, which has changed what is known about this one.
    pub fn reconsider(&mut self, ledger: &mut Ledger, action: &Action) {
        let effects = reconsider(&self.rules.playbook, &self.held.facts, action, self.rules.clocks(), self.now);
        self.carry_out(ledger, effects, Some(action.id));
    }

    /// Does what the timers that are due say.
    pub fn fire_due(&mut self, ledger: &mut Ledger) {
        for _ in 0..STEPS_MAX {
            let due = self.held.facts.timers.iter().filter(|timer| timer.due_at <= self.now);
            let Some(timer) = due.min_by_key(|timer| (timer.due_at, timer.id)).cloned() else { return };
            let effects = fire(&self.rules.playbook, &self.held.facts, &timer, self.rules.clocks(), self.now);
            self.fired += 1;
            if effects.is_empty() {
                // The playbook in force has nothing to say at this step: the timer waits to be closed, and is in nobody's way.
                self.silence(ledger, &timer);
            } else {
                self.carry_out(ledger, effects, None);
            }
        }
    }

    fn silence(&mut self, ledger: &mut Ledger, timer: &Timer) {
        self.held.facts.follow(&[Effect::Wait { timer: timer.id, step: timer.step, until: DateTime::<Utc>::MAX_UTC }]);
        ledger.steps.push(Step { timer: timer.id, step: timer.step, since: timer.since, due_at: None, reopens: false });
    }

    /// Ends the course: how the subject stands now is written down if it stands otherwise.
    ///
    /// # Errors
    /// `Corrupt` when the facts cannot be written.
    pub fn end(self, ledger: &mut Ledger) -> Result<(), StoreError> {
        let key = self.key();
        let subject = self.held.facts.subject;
        if let Some((fields, history)) = changes(&self.before, &subject)? {
            let is_passed_on = self.before.owner_id != subject.owner_id;
            ledger.stands.push(Stand { key, owner_id: subject.owner_id, is_passed_on, place: subject.place, fields, history });
        }
        Ok(())
    }

    fn carry_out(&mut self, ledger: &mut Ledger, effects: Vec<Effect>, action: Option<Uuid>) {
        let timers = self.held.facts.timers.clone();
        let timer = |id: Uuid| timers.iter().find(|timer| timer.id == id);
        self.held.facts.follow(&effects);
        let key = self.key();
        for effect in effects {
            match effect {
                Effect::EnterStage(entry) => ledger.entered.push(Entered { key, entry, action: action.unwrap_or_default() }),
                Effect::OpenTimer(opening) => ledger.opened.push(Opened { key, opening }),
                Effect::CloseTimer(closing) => close(ledger, Closing(closing)),
                Effect::StepDone { timer: id, step, since, next } => {
                    let (next, due_at) = next.map_or((step + 1, None), |(next, at)| (next, keepable(at)));
                    ledger.steps.push(Step { timer: id, step: next, since, due_at, reopens: step > 0 });
                    if let Some(timer) = timer(id) {
                        self.log_step(ledger, timer, step);
                    }
                }
                Effect::Wait { timer: id, step, until } => {
                    let since = timer(id).map_or(self.now, |timer| timer.since);
                    ledger.steps.push(Step { timer: id, step, since, due_at: keepable(until), reopens: false });
                }
                Effect::Replan { timer: id, due_at, .. } => {
                    if let Some(timer) = timer(id) {
                        let moved = timer.due_at != due_at;
                        ledger.replanned.push(Replanned { timer: id, code: timer.code.clone(), due_at, moved });
                    }
                }
                Effect::RaiseIncident(incident) => {
                    if let Some(timer) = timer(incident.timer) {
                        let (subject, unit_id) = (&self.held.facts.subject, self.held.unit_id);
                        let stage = subject.place.as_ref().map(|place| place.stage.to_string());
                        let (entry, opened_at, owner_id) = (timer.entry, timer.opened_at, subject.owner_id);
                        ledger.raised.push(Raised { key, incident, unit_id, owner_id, stage, entry, opened_at });
                    }
                }
                Effect::Intervene(said) => self.say(ledger, said, timer),
                Effect::Record { id, kind, .. } => {
                    let (at, data) = (self.now, Map::new());
                    let action = Action { id, kind, actor_role: None, occurred_at: at, recorded_at: at, data };
                    ledger.appended.push(Appended { key, id, kind: kind.as_str(), data: json!({}) });
                    self.act(ledger, &action);
                }
                Effect::AddToWeeklyList { id, list } => ledger.listed.push(Listed { key, id, list: list.to_string() }),
            }
        }
    }

    /// The log tells that a timer ran out, and that it went on to its next step.
    fn log_step(&self, ledger: &mut Ledger, timer: &Timer, step: u32) {
        let raises = self.rules.playbook.timer(&timer.code).is_some_and(|rule| rule.incident);
        let (kind, incident) = match (raises, step) {
            (true, 0) => ("incident.raised", Some(incident_id(timer.id))),
            (true, _) => ("incident.escalated", Some(incident_id(timer.id))),
            (false, _) => ("timer.ran_out", None),
        };
        let data = json!({ "timer_id": timer.id, "code": timer.code, "step": step, "due_at": timer.due_at, "incident_id": incident });
        ledger.appended.push(Appended { key: self.key(), id: part_id(timer.id, &format!("log {step}")), kind, data });
    }

    /// What a hand-over's interventions say of its department: who that is, how long it takes, and where the hand-overs behind it are listed.
    fn of_department(&self, data: &mut Value) {
        let Some((department, data)) = self.held.facts.subject.department.zip(data.as_object_mut()) else { return };
        let since = self.now - TimeDelta::days(DEPARTMENT_DAYS.into());
        let list = format!("/v1/handovers?department={}&asked_since={}", department.as_str(), since.format("%Y-%m-%dT%H:%M:%SZ"));
        data.insert("department".to_owned(), json!(department.as_str()));
        data.insert("list".to_owned(), json!(list));
        if let Some(domain::playbook::Value::Span(mean)) = self.held.facts.known.get(&FactName::DepartmentResponse) {
            data.insert("mean_ms".to_owned(), json!(mean.num_milliseconds()));
        }
    }

    fn say<'t>(&self, ledger: &mut Ledger, said: domain::playbook::effect::Intervention, timer: impl Fn(Uuid) -> Option<&'t Timer>) {
        let subject = &self.held.facts.subject;
        let timer = said.step.and_then(|(id, _)| timer(id));
        let since = timer.map(|timer| timer.opened_at).or(subject.place.as_ref().map(|place| place.entered_at)).unwrap_or(self.now);
        let raises = |timer: &&Timer| self.rules.playbook.timer(&timer.code).is_some_and(|rule| rule.incident);
        let mut data = json!({
            "subject": self.held.name,
            "stage": subject.place.as_ref().map(|place| &place.stage),
            "owner_id": subject.owner_id,
            "since": since,
        });
        self.of_department(&mut data);
        ledger.said.push(Said {
            key: self.key(),
            incident: timer.filter(raises).map(|timer| incident_id(timer.id)),
            unit_id: self.held.unit_id,
            owner_id: subject.owner_id,
            department: subject.department,
            said,
            data,
        });
    }
}

/// A timer that was opened and closed again in the same breath was never there.
fn close(ledger: &mut Ledger, closing: Closing) {
    let opened = ledger.opened.len();
    ledger.opened.retain(|opened| opened.opening.timer != closing.0.timer);
    if ledger.opened.len() == opened {
        ledger.closed.push(closing);
    }
}

/// What is due at the end of time is never due.
pub(super) fn keepable(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (at < DateTime::<Utc>::MAX_UTC).then_some(at)
}
