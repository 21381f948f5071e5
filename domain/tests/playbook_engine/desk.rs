//! One subject on a desk: actions come in, time is moved by hand, and what follows is written down.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, Weekday};
use domain::people::Role;
use domain::playbook::{
    Action, ActionKind, Clocks, DEFAULT, Effect, Facts, Playbook, SubjectKind, TimeThatCounts, Timer, WallTime, apply, fire, read,
};
use serde_json::{Map, Value};
use uuid::Uuid;

pub const SUBJECT: Uuid = Uuid::from_u128(0xABC);

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

pub fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// Monday to Friday, 09:00 to 18:00 UTC: enough of a calendar to see that the engine goes by it.
#[derive(Debug)]
pub struct OfficeHours;

impl TimeThatCounts for OfficeHours {
    fn due(&self, from: DateTime<Utc>, budget: TimeDelta) -> Option<DateTime<Utc>> {
        let mut left = budget;
        for (start, end) in shifts(from).take(400) {
            let start = start.max(from);
            let room = (end - start).max(TimeDelta::zero());
            if left <= room && room > TimeDelta::zero() {
                return Some(start + left);
            }
            left -= room;
        }
        None
    }

    fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let worked = shifts(from).take(400).map(|(start, end)| (end.min(to) - start.max(from)).max(TimeDelta::zero()));
        worked.fold(TimeDelta::zero(), |sum, part| sum + part)
    }
}

fn shifts(from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let days = from.date_naive().iter_days().filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    days.map(move |day| (day.and_time(hour(9)).and_utc(), day.and_time(hour(18)).and_utc()))
}

pub const OFFICE: Clocks<'static> = Clocks { working: &OfficeHours };
pub const WALL: Clocks<'static> = Clocks { working: &WallTime };

pub struct Desk {
    pub playbook: Playbook,
    pub facts: Facts,
    pub now: DateTime<Utc>,
    pub clocks: Clocks<'static>,
    /// Interventions, as `timer/step kind→recipient` with `late` or `urgent` behind.
    pub said: Vec<String>,
    pub incidents: Vec<(String, DateTime<Utc>)>,
    pub lists: Vec<String>,
    /// The stages entered, with when.
    pub way: Vec<(String, DateTime<Utc>)>,
    pub last: Vec<Effect>,
    ids: u128,
    seen: BTreeSet<Uuid>,
}

impl Desk {
    pub fn of(kind: SubjectKind) -> Self {
        Self {
            playbook: read(DEFAULT).unwrap(),
            facts: Facts::fresh(kind, SUBJECT, chrono_tz::Asia::Shanghai),
            now: at("2026-11-23T01:00:00Z"),
            clocks: WALL,
            said: Vec::new(),
            incidents: Vec::new(),
            lists: Vec::new(),
            way: Vec::new(),
            last: Vec::new(),
            ids: 0x1000,
            seen: BTreeSet::new(),
        }
    }

    /// A lead that a rep has accepted.
    pub fn confirmed_lead() -> Self {
        let mut desk = Self::of(SubjectKind::Lead);
        desk.act("lead.created");
        desk.act("lead.assigned");
        desk.act("lead.accepted");
        desk.said.clear();
        desk
    }

    pub fn action(&mut self, kind: &str, data: &Value, occurred_at: DateTime<Utc>) -> Action {
        self.ids += 1;
        Action {
            id: Uuid::from_u128(self.ids),
            kind: ActionKind::parse(kind).unwrap_or_else(|| panic!("{kind} is no action")),
            actor_role: Some(Role::Rep),
            occurred_at,
            recorded_at: self.now,
            data: data.as_object().cloned().unwrap_or_default(),
        }
    }

    pub fn act(&mut self, kind: &str) -> &mut Self {
        self.act_with(kind, &Value::Null)
    }

    pub fn act_with(&mut self, kind: &str, data: &Value) -> &mut Self {
        self.act_late(kind, data, self.now)
    }

    /// Something that happened before and is only now recorded.
    pub fn act_late(&mut self, kind: &str, data: &Value, occurred_at: DateTime<Utc>) -> &mut Self {
        let action = self.action(kind, data, occurred_at);
        self.take(&action)
    }

    pub fn take(&mut self, action: &Action) -> &mut Self {
        self.facts.absorb(&self.playbook, action);
        let effects = apply(&self.playbook, &self.facts, action, self.clocks, self.now);
        self.carry_out(effects);
        self
    }

    /// Lets time pass; timers fire as they are due.
    pub fn pass(&mut self, span: TimeDelta) -> &mut Self {
        let end = self.now + span;
        loop {
            let due = self.facts.timers.iter().filter(|timer| timer.due_at <= end);
            let Some(timer) = due.min_by_key(|timer| (timer.due_at, timer.id)).cloned() else { break };
            self.now = timer.due_at.max(self.now);
            self.fire(&timer);
        }
        self.now = end;
        self
    }

    /// Lets time pass while no machine is running.
    pub fn pass_unwatched(&mut self, span: TimeDelta) -> &mut Self {
        self.now += span;
        self
    }

    pub fn fire(&mut self, timer: &Timer) {
        let effects = fire(&self.playbook, &self.facts, timer, self.clocks, self.now);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        self.facts.follow(&effects);
        self.last.clone_from(&effects);
        for effect in effects {
            match effect {
                Effect::Intervene(said) if self.seen.insert(said.id) => {
                    let step = said.step.map_or(String::new(), |(_, step)| format!("/{step}"));
                    let marks = [(said.late, " late"), (said.urgent, " urgent")].into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark);
                    let marks = marks.collect::<String>();
                    self.said.push(format!("{}{step} {}→{}{marks}", said.by, said.kind.as_str(), said.to.as_str()));
                }
                Effect::RaiseIncident(incident) if self.seen.insert(incident.id) => {
                    self.incidents.push((incident.code.to_string(), incident.due_at));
                }
                Effect::AddToWeeklyList { id, list } if self.seen.insert(id) => self.lists.push(list.to_string()),
                Effect::EnterStage(entry) => self.way.push((entry.stage.to_string(), entry.at)),
                Effect::Record { id, kind, .. } => {
                    let (occurred_at, recorded_at) = (self.now, self.now);
                    self.take(&Action { id, kind, actor_role: None, occurred_at, recorded_at, data: Map::new() });
                }
                _ => {}
            }
        }
    }

    pub fn stage(&self) -> &str {
        self.facts.subject.place.as_ref().map_or("", |place| place.stage.as_str())
    }

    pub fn timer(&self, code: &str) -> Option<&Timer> {
        self.facts.timers.iter().find(|timer| timer.code.as_str() == code)
    }

    pub fn open_timers(&self) -> Vec<&str> {
        self.facts.timers.iter().map(|timer| timer.code.as_str()).collect()
    }

    /// What was said since the last time this was asked.
    pub fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }
}
