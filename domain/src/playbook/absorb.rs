//! How facts grow by an action and by its effects: in memory, as the store does it in tables. The simulator lives on it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::action::{Action, ActionKind};
use super::effect::{Effect, EntryCause};
use super::facts::{Facts, FieldValue, Place, Tally, Timer, Written};
use super::model::{Field, FieldKind, Playbook};
use crate::people::Role;

impl Facts {
    /// Takes in what an action says: its count, the fields it writes, who holds the subject. Actions may arrive in any order: of two that
    /// write the same field the one that happened later is kept. Absorb an action once.
    pub fn absorb(&mut self, playbook: &Playbook, action: &Action) {
        if !action.kind.is_about(self.subject.kind) {
            return;
        }
        let at = action.at();
        let fresh = Tally { times: 0, last_action: action.id, last_at: at };
        let tally = self.subject.history.entry(action.kind).or_insert(fresh);
        tally.times = tally.times.saturating_add(1);
        if (at, action.id) > (tally.last_at, tally.last_action) {
            (tally.last_at, tally.last_action) = (at, action.id);
        }
        if action.kind.releases() {
            self.subject.owner_id = None;
        }
        if action.kind == ActionKind::HandoverAsked {
            self.subject.department = action.text("department").and_then(Role::parse).or(self.subject.department);
        }
        match action.data.get("owner_id") {
            Some(Value::Null) => self.subject.owner_id = None,
            Some(Value::String(id)) => self.subject.owner_id = id.parse().ok().or(self.subject.owner_id),
            _ => {}
        }
        let Some(Value::Object(written)) = action.data.get("fields") else { return };
        let fields = playbook.subjects.get(&self.subject.kind).map(|rules| rules.fields.as_slice()).unwrap_or_default();
        for field in fields {
            if let Some(value) = written.get(field.code.as_str()) {
                self.write(field, value, action.id, at);
            }
        }
    }

    /// A value that is not of the field's type is not taken in; the API refuses it before.
    fn write(&mut self, field: &Field, value: &Value, action: Uuid, at: DateTime<Utc>) {
        let before = self.subject.fields.get(&field.code);
        if before.is_some_and(|before| (before.at, before.action) > (at, action)) {
            return;
        }
        let read = FieldValue::from_json(value, field);
        if value.is_null() || read.is_some() {
            self.subject.fields.insert(field.code.clone(), Written { value: read, action, at });
        }
    }

    /// Carries out what effects say about stages and timers.
    pub fn follow(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::EnterStage(entered) => {
                    self.subject.place = Some(Place {
                        stage: entered.stage.clone(),
                        entry: entered.entry,
                        entered_at: entered.at,
                        placed: entered.because == EntryCause::Placed,
                    });
                }
                Effect::OpenTimer(opening) if self.timers.iter().all(|timer| timer.id != opening.timer) => self.timers.push(Timer {
                    id: opening.timer,
                    code: opening.code.clone(),
                    entry: opening.entry,
                    opened_at: opening.opened_at,
                    step: 0,
                    since: opening.opened_at,
                    due_at: opening.due_at,
                    quiet_until: None,
                }),
                Effect::CloseTimer(closing) => self.timers.retain(|timer| timer.id != closing.timer),
                Effect::StepDone { timer, step, since, next } => {
                    if let Some(open) = self.open_timer(*timer, *step) {
                        open.since = *since;
                        // Without a next step it stays open, and silent, until it is closed.
                        (open.step, open.due_at) = next.unwrap_or((step.saturating_add(1), DateTime::<Utc>::MAX_UTC));
                    }
                }
                Effect::Wait { timer, step, until: due_at } | Effect::Replan { timer, step, due_at } => {
                    if let Some(open) = self.open_timer(*timer, *step) {
                        open.due_at = *due_at;
                    }
                }
                _ => {}
            }
        }
    }

    fn open_timer(&mut self, timer: Uuid, step: u32) -> Option<&mut Timer> {
        self.timers.iter_mut().find(|open| open.id == timer && open.step == step)
    }
}

impl FieldValue {
    /// Reads a value of a field out of JSON; `None` when it is not of the field's type.
    pub fn from_json(json: &Value, field: &Field) -> Option<Self> {
        Some(match field.kind {
            FieldKind::Tick => Self::Tick(json.as_bool()?),
            FieldKind::Text => Self::Text(json.as_str().filter(|text| !text.trim().is_empty())?.to_owned()),
            FieldKind::Choice => {
                let code = json.as_str()?;
                Self::Choice(field.choices.iter().find(|choice| choice.code.as_str() == code)?.code.clone())
            }
            FieldKind::Money => Self::Money(json.as_i64().filter(|amount| *amount >= 0)?),
            FieldKind::Date => Self::Date(json.as_str()?.parse().ok()?),
            FieldKind::Attachment => {
                let ids = json.as_array()?.iter().map(|id| id.as_str().map(str::to_owned));
                Self::Attachments(ids.collect::<Option<Vec<_>>>().filter(|ids| !ids.is_empty())?)
            }
        })
    }

    /// As the log and the API write it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Tick(yes) => Value::from(*yes),
            Self::Text(text) => Value::from(text.as_str()),
            Self::Choice(code) => Value::from(code.as_str()),
            Self::Money(amount) => Value::from(*amount),
            Self::Date(date) => Value::from(date.to_string()),
            Self::Attachments(ids) => Value::from(ids.clone()),
        }
    }
}
