//! What follows from an action.

use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

use super::explain::proof;
use super::moves::{may_place, next_move};
use crate::playbook::action::{Action, ActionKind, Nature};
use crate::playbook::clock::Clocks;
use crate::playbook::code::Code;
use crate::playbook::condition::Moment;
use crate::playbook::effect::{
    ClosedBecause, Effect, EntryCause, Intervention, Proven, StageEntry, TimerClosing, TimerOpening, consequence_id, entry_id, part_id,
    timer_id,
};
use crate::playbook::facts::{Facts, Place, Timer};
use crate::playbook::model::{Once, Per, Playbook, Rule, StageKind, Subject, TimerRule, Trigger};

/// What follows from an action for one subject, in the order in which it is to be carried out.
///
/// `facts` already know the action (its fields, its count); the stage and the timers are still those from before. The same call gives
/// the same effects with the same ids, so that carrying them out again changes nothing. An action that is not about such subjects has
/// no effects.
///
/// 1. Timers are closed that wait for this very deed.
/// 2. The subject starts, is placed by hand, or moves, as often as its moves lead on; no stage is entered twice.
/// 3. Timers are closed that watched a stage which was left.
/// 4. Timers are opened.
/// 5. Rules speak.
pub fn apply(playbook: &Playbook, facts: &Facts, action: &Action, clocks: Clocks<'_>, now: DateTime<Utc>) -> Vec<Effect> {
    if !action.kind.is_about(facts.subject.kind) {
        return Vec::new();
    }
    let mut course = Course::new(playbook, facts, action, clocks, now);
    course.close_what_is_done();
    course.go_on()
}

/// What follows for a subject from an action about another one, because its conditions read facts that the action has changed: it may move
/// on. It is no deed of its own, and no timer stops for it.
pub fn reconsider(playbook: &Playbook, facts: &Facts, action: &Action, clocks: Clocks<'_>, now: DateTime<Utc>) -> Vec<Effect> {
    Course::new(playbook, facts, action, clocks, now).go_on()
}

struct Course<'a> {
    playbook: &'a Playbook,
    /// The facts as they become: only the place changes on the way.
    facts: Facts,
    action: &'a Action,
    clocks: Clocks<'a>,
    now: DateTime<Utc>,
    /// The stages that it has been in since the action, in order.
    visited: Vec<Code>,
    /// The timers closed with this action.
    closed: Vec<(Uuid, ClosedBecause)>,
    effects: Vec<Effect>,
}

impl<'a> Course<'a> {
    fn new(playbook: &'a Playbook, facts: &Facts, action: &'a Action, clocks: Clocks<'a>, now: DateTime<Utc>) -> Self {
        Self { playbook, facts: facts.clone(), action, clocks, now, visited: Vec::new(), closed: Vec::new(), effects: Vec::new() }
    }

    fn go_on(mut self) -> Vec<Effect> {
        self.go_through_stages();
        self.close_what_was_left();
        self.open_timers();
        self.speak();
        self.effects
    }

    fn rules(&self) -> Option<&'a Subject> {
        self.playbook.subjects.get(&self.facts.subject.kind)
    }

    fn timer_rules(&self) -> impl Iterator<Item = &'a TimerRule> + use<'a> {
        let kind = self.facts.subject.kind;
        self.playbook.timers.iter().filter(move |rule| rule.subject == kind)
    }

    /// Whether the action sets off `trigger`.
    fn sets_off(&self, trigger: &Trigger) -> bool {
        trigger.on.contains(&self.action.kind) && self.allows(trigger)
    }

    fn allows(&self, trigger: &Trigger) -> bool {
        let moment = Moment { facts: &self.facts, limits: &self.playbook.limits, action: Some(self.action), now: self.now };
        trigger.when.as_ref().is_none_or(|condition| condition.holds(&moment) == Ok(true))
    }

    fn is_closed(&self, timer: &Timer) -> bool {
        self.closed.iter().any(|(id, _)| *id == timer.id)
    }

    fn close(&mut self, timer: &Timer, because: ClosedBecause) {
        let rule = self.playbook.timer(&timer.code);
        let at = self.action.at().max(timer.opened_at);
        let first_due = rule.map(|rule| self.clocks.due(rule.clock, timer.opened_at, rule.after.delta()));
        // What rules of today would have had earlier was in time as long as nobody asked for it.
        let first_due = if timer.step == 0 { first_due.max(Some(timer.due_at)) } else { first_due };
        self.closed.push((timer.id, because));
        self.effects.push(Effect::CloseTimer(TimerClosing {
            timer: timer.id,
            because,
            action: Some(self.action.id),
            at,
            // That a timer ran out is no deed in time.
            in_time: !self.action.kind.is_of_house() && first_due.is_some_and(|due| self.action.at() <= due),
        }));
    }

    fn close_what_is_done(&mut self) {
        let done = self.facts.timers.iter().filter(|timer| self.is_done(timer)).cloned().collect::<Vec<_>>();
        for timer in done {
            self.close(&timer, ClosedBecause::Done);
        }
    }

    /// Only deeds close timers: the ones that the timer names, and the ones that its stage waits for.
    fn is_done(&self, timer: &Timer) -> bool {
        let Some(rule) = self.playbook.timer(&timer.code).filter(|_| self.action.kind.nature() == Nature::Deed) else { return false };
        if !self.sets_off(&rule.closes) && !self.is_awaited(timer) {
            return false;
        }
        // A late report of something earlier does not wind a running clock back.
        let runs_on = timer.entry.is_some() || rule.opens.trigger.on.contains(&self.action.kind);
        !runs_on || self.action.at() > timer.opened_at
    }

    fn is_awaited(&self, timer: &Timer) -> bool {
        let place = self.facts.subject.place.as_ref().filter(|place| timer.entry == Some(place.entry));
        let stage = place.and_then(|place| self.rules()?.stage(place.stage.as_str()));
        stage.is_some_and(|stage| stage.awaits.contains(&self.action.kind))
    }

    fn go_through_stages(&mut self) {
        let Some(rules) = self.rules() else { return };
        let kind = self.action.kind;
        if self.facts.subject.place.is_none() && rules.starts_on.contains(&kind) {
            if let Some(first) = rules.stages.first() {
                self.enter(first.code.clone(), self.action.at(), EntryCause::Started, Vec::new());
            }
        } else if ActionKind::placement_of(self.facts.subject.kind) == Some(kind) {
            let stage = self.action.text("to").unwrap_or_default();
            let (place, role, reason) = (self.facts.subject.place.as_ref(), self.action.actor_role, self.action.text("reason"));
            if let Ok(stage) = may_place(self.playbook, self.facts.subject.kind, place, stage, role, reason) {
                // A placement is made when it is recorded: whoever makes it knows all that was recorded until then.
                self.enter(stage, self.action.recorded_at, EntryCause::Placed, Vec::new());
                return;
            }
        }
        while let Some(place) = self.facts.subject.place.clone() {
            let Some((step, at)) = next_move(self.playbook, &self.facts, &place, self.action, self.now) else { return };
            if self.visited.contains(&step.to) {
                return;
            }
            if self.visited.is_empty() {
                // The stage that the action found it in is not entered again by the same action.
                self.visited.push(place.stage.clone());
            }
            let proof =
                proof(step, &Moment { facts: &self.facts, limits: &self.playbook.limits, action: Some(self.action), now: self.now });
            self.enter(step.to.clone(), at, EntryCause::Moved, proof);
        }
    }

    fn enter(&mut self, stage: Code, at: DateTime<Utc>, because: EntryCause, proof: Vec<Proven>) {
        let before = self.facts.subject.place.take();
        let at = before.as_ref().map_or(at, |before| at.max(before.entered_at)).min(self.now);
        let entry = entry_id(self.facts.subject.id, self.action.id, &stage);
        self.visited.push(stage.clone());
        self.facts.subject.place = Some(Place { stage: stage.clone(), entry, entered_at: at, placed: because == EntryCause::Placed });
        let left = before.map(|before| before.stage);
        self.effects.push(Effect::EnterStage(StageEntry { entry, stage, left, at, because, proof }));
    }

    fn is_over(&self) -> bool {
        let stage = self.facts.subject.place.as_ref().and_then(|place| self.rules()?.stage(place.stage.as_str()));
        stage.is_some_and(|stage| stage.kind != StageKind::Open)
    }

    fn close_what_was_left(&mut self) {
        let (entry, is_over) = (self.facts.subject.place.as_ref().map(|place| place.entry), self.is_over());
        let open = self.facts.timers.iter().filter(|timer| !self.is_closed(timer)).cloned().collect::<Vec<_>>();
        for timer in open {
            if timer.entry.is_some() && timer.entry != entry {
                self.close(&timer, ClosedBecause::StageLeft);
            } else if timer.entry.is_none() && is_over {
                self.close(&timer, ClosedBecause::SubjectClosed);
            }
        }
    }

    fn open_timers(&mut self) {
        for rule in self.timer_rules() {
            let already = self.facts.timers.iter().find(|timer| timer.code == rule.code);
            if already.is_some_and(|timer| !self.is_closed(timer)) {
                continue;
            }
            if let Some((entry, opened_at)) = self.opening(rule, already) {
                self.effects.push(Effect::OpenTimer(TimerOpening {
                    timer: timer_id(self.facts.subject.id, self.action.id, &rule.code),
                    code: rule.code.clone(),
                    entry,
                    opened_by: self.action.id,
                    opened_at,
                    due_at: self.clocks.due(rule.clock, opened_at, rule.after.delta()),
                }));
            }
        }
    }

    /// Whether a timer begins now: which stay it watches, and from when its time counts.
    fn opening(&self, rule: &TimerRule, before: Option<&Timer>) -> Option<(Option<Uuid>, DateTime<Utc>)> {
        let place = self.facts.subject.place.as_ref().filter(|place| rule.opens.stages.contains(&place.stage));
        let watched = place.map(|place| place.entry);
        if rule.opens.stages.is_empty() && self.is_over() || !rule.opens.stages.is_empty() && place.is_none() {
            return None;
        }
        if let Some(place) = place.filter(|place| self.has_entered(place)) {
            return self.allows(&rule.opens.trigger).then_some((watched, place.entered_at));
        }
        if self.sets_off(&rule.opens.trigger) {
            return Some((watched, self.action.at()));
        }
        // Something was done and the stage goes on: so does the watch over it, or the rest of the stage could stall unseen.
        let goes_on = before.is_some_and(|timer| timer.entry.is_some() && timer.entry == watched);
        goes_on.then(|| (watched, self.action.at()))
    }

    /// Whether this stay began with this action.
    fn has_entered(&self, place: &Place) -> bool {
        place.entry == entry_id(self.facts.subject.id, self.action.id, &place.stage)
    }

    fn speak(&mut self) {
        let kind = self.facts.subject.kind;
        for rule in self.playbook.rules.iter().filter(|rule| rule.subject == kind) {
            let enters = rule.enters.iter().any(|stage| self.has_entered_stage(stage)) && self.allows(&rule.trigger);
            if enters || self.sets_off(&rule.trigger) {
                let cause = self.cause(rule);
                self.say(rule, cause);
            }
        }
    }

    fn has_entered_stage(&self, stage: &Code) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::EnterStage(entry) if entry.stage == *stage))
    }

    /// What a rule's consequences are named after: the action; for a rule that speaks once, the stay or the subject itself, or the week and
    /// what it is counted by.
    fn cause(&self, rule: &Rule) -> Uuid {
        let (subject, place) = (self.facts.subject.id, self.facts.subject.place.as_ref());
        let (of, cause) = match (rule.once, rule.per, self.facts.subject.department) {
            (Once::Never, ..) => (subject, self.action.id),
            (Once::Stay, ..) => (subject, place.map_or(subject, |place| place.entry)),
            (Once::Week, Per::Department, Some(department)) => (part_id(Uuid::nil(), department.as_str()), self.week()),
            (Once::Week, ..) => (subject, self.week()),
        };
        timer_id(of, cause, &rule.code)
    }

    /// Names the week in which this is decided: it begins on Monday in the organisation's zone.
    fn week(&self) -> Uuid {
        part_id(Uuid::nil(), &format!("{:?}", self.now.with_timezone(&self.facts.zone).iso_week()))
    }

    fn say(&mut self, rule: &Rule, cause: Uuid) {
        for (nth, said) in rule.fires.iter().enumerate() {
            self.effects.push(Effect::Intervene(Intervention {
                id: consequence_id(cause, "intervention", nth),
                kind: said.kind,
                to: said.to,
                text: said.text.clone(),
                urgent: said.urgent,
                by: rule.code.clone(),
                step: None,
                late: false,
            }));
        }
        for (nth, list) in rule.lists.iter().enumerate() {
            self.effects.push(Effect::AddToWeeklyList { id: consequence_id(cause, "list", nth), list: list.clone() });
        }
    }
}
