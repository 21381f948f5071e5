//! What follows, gathered over all subjects of a transaction and written set by set: rows by ids that are made from their causes, so that
//! writing them again changes nothing.

mod asked;
mod subjects;
mod timers;

use chrono::{DateTime, TimeDelta, Utc};
use domain::people::Role;
use domain::playbook::Code;
use domain::playbook::effect::{Incident, Intervention, StageEntry, TimerClosing, TimerOpening};
use domain::playbook::facts::Place;
use serde_json::Value;
use uuid::Uuid;

use super::rules::Rules;
use super::said;
use super::standings::Key;
use crate::{StoreError, Tx, bell, cycle_times};

/// An action of the house.
pub(super) struct Appended {
    pub key: Key,
    pub id: Uuid,
    pub kind: &'static str,
    pub data: Value,
}

/// How a subject stands now.
pub(super) struct Stand {
    pub key: Key,
    pub owner_id: Option<Uuid>,
    /// Somebody else held it before, or nobody did.
    pub is_passed_on: bool,
    pub place: Option<Place>,
    pub fields: Value,
    pub history: Value,
}

pub(super) struct Entered {
    pub key: Key,
    pub entry: StageEntry,
    pub action: Uuid,
}

pub(super) struct Opened {
    pub key: Key,
    pub opening: TimerOpening,
}

pub(super) struct Closing(pub TimerClosing);

/// What an open timer rests on now.
pub(super) struct Replanned {
    pub timer: Uuid,
    pub code: Code,
    pub due_at: DateTime<Utc>,
    /// It is due at another time than before.
    pub moved: bool,
}

/// Where a timer is now.
pub(super) struct Step {
    pub timer: Uuid,
    pub step: u32,
    /// From when the time of that step counts.
    pub since: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    /// It spoke again: whoever had acknowledged or snoozed its incident has to look again.
    pub reopens: bool,
}

pub(super) struct Raised {
    pub key: Key,
    pub incident: Incident,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub stage: Option<String>,
    pub entry: Option<Uuid>,
    pub opened_at: DateTime<Utc>,
}

/// An intervention for a place, whose people are yet to be found.
pub(super) struct Said {
    pub key: Key,
    pub incident: Option<Uuid>,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub department: Option<Role>,
    pub said: Intervention,
    pub data: Value,
}

pub(super) struct Listed {
    pub key: Key,
    pub id: Uuid,
    pub list: String,
}

#[derive(Default)]
pub(super) struct Ledger {
    pub appended: Vec<Appended>,
    pub stands: Vec<Stand>,
    pub entered: Vec<Entered>,
    pub replanned: Vec<Replanned>,
    pub steps: Vec<Step>,
    pub raised: Vec<Raised>,
    pub said: Vec<Said>,
    pub closed: Vec<Closing>,
    pub opened: Vec<Opened>,
    pub listed: Vec<Listed>,
}

/// One column of rows.
pub(super) fn column<R, T>(rows: &[R], value: impl FnMut(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

fn kind_of(key: Key) -> String {
    key.0.as_str().to_owned()
}

impl Ledger {
    fn is_due_before(&self, at: DateTime<Utc>) -> bool {
        let opened = self.opened.iter().map(|row| row.opening.due_at);
        let stepped = self.steps.iter().filter_map(|row| row.due_at);
        opened.chain(stepped).chain(self.replanned.iter().map(|row| row.due_at)).any(|due_at| due_at < at)
    }

    /// Writes everything down. Each row that is referred to comes before those that refer to it; timers are closed before others of
    /// their code open.
    ///
    /// # Errors
    /// As any statement.
    pub async fn write(self, tx: &mut Tx, rules: &Rules, now: DateTime<Utc>) -> Result<(), StoreError> {
        write_unless_empty(&self.appended, subjects::append(tx, &self.appended, now)).await?;
        let entered = self.entered.iter().map(|row| row.key).collect::<Vec<_>>();
        write_unless_empty(&self.stands, subjects::stand(tx, &self.stands)).await?;
        write_unless_empty(&self.entered, subjects::enter(tx, &self.entered, rules.version)).await?;
        let moved = asked::moved(&self.stands, &self.entered, &rules.playbook);
        write_unless_empty(&moved, asked::settle(tx, &moved, now)).await?;
        write_unless_empty(&self.replanned, timers::replan(tx, &self.replanned, rules)).await?;
        write_unless_empty(&self.steps, timers::step(tx, &self.steps)).await?;
        write_unless_empty(&self.raised, timers::raise(tx, &self.raised, rules.version, now)).await?;
        write_unless_empty(&self.said, said::say(tx, &self.said, rules.version, now)).await?;
        write_unless_empty(&self.closed, timers::close(tx, &self.closed, now)).await?;
        write_unless_empty(&self.opened, timers::open(tx, &self.opened, rules)).await?;
        write_unless_empty(&self.listed, subjects::list(tx, &self.listed, rules, now)).await?;
        cycle_times::keep(tx, rules, &entered).await?;
        if self.is_due_before(now + NOTICED_AFTER) { bell::ring(tx, bell::TIMERS).await } else { Ok(()) }
    }
}

/// Timekeepers look around this often at least: what is due later needs no bell.
const NOTICED_AFTER: TimeDelta = TimeDelta::minutes(1);

async fn write_unless_empty<R>(rows: &[R], write: impl Future<Output = Result<(), StoreError>>) -> Result<(), StoreError> {
    if rows.is_empty() { Ok(()) } else { write.await }
}
