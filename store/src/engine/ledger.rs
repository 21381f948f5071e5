//! What follows, gathered over all subjects of a transaction and written set by set: rows by ids that are made from their causes, so that
//! writing them again changes nothing.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use domain::people::Role;
use domain::playbook::effect::{ClosedBecause, EntryCause, Incident, Intervention, StageEntry, TimerClosing, TimerOpening};
use domain::playbook::facts::Place;
use serde_json::Value;
use uuid::Uuid;

use super::course::keepable;
use super::rules::Rules;
use super::said;
use super::standings::Key;
use crate::{StoreError, Tx};

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

/// Where a timer is now.
pub(super) struct Step {
    pub timer: Uuid,
    pub step: u32,
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
    /// Writes everything down. Each row that is referred to comes before those that refer to it; timers are closed before others of
    /// their code open.
    ///
    /// # Errors
    /// As any statement.
    pub async fn write(self, tx: &mut Tx, rules: &Rules, now: DateTime<Utc>) -> Result<(), StoreError> {
        write_unless_empty(&self.appended, append(tx, &self.appended, now)).await?;
        write_unless_empty(&self.stands, stand(tx, &self.stands)).await?;
        write_unless_empty(&self.entered, enter(tx, &self.entered, rules.version)).await?;
        write_unless_empty(&self.steps, step(tx, &self.steps)).await?;
        write_unless_empty(&self.raised, raise(tx, &self.raised, rules.version, now)).await?;
        write_unless_empty(&self.said, said::say(tx, &self.said, rules.version, now)).await?;
        write_unless_empty(&self.closed, close(tx, &self.closed, now)).await?;
        write_unless_empty(&self.opened, open(tx, &self.opened, rules)).await?;
        write_unless_empty(&self.listed, list(tx, &self.listed, rules, now)).await
    }
}

async fn write_unless_empty<R>(rows: &[R], write: impl Future<Output = Result<(), StoreError>>) -> Result<(), StoreError> {
    if rows.is_empty() { Ok(()) } else { write.await }
}

async fn append(tx: &mut Tx, rows: &[Appended], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         select $1, x.id, null, x.kind, x.subject_kind, x.subject_id, $2, $2, x.data
         from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::jsonb[]) x (id, kind, subject_kind, subject_id, data)",
        organisation_id,
        now,
        &column(rows, |row| row.id),
        &column(rows, |row| row.kind.to_owned()),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.data.clone())
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn stand(tx: &mut Tx, rows: &[Stand]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update standings s set owner_id = x.owner_id, stage = x.stage, entry_id = x.entry_id, entered_at = x.entered_at, placed = x.placed,
             fields = s.fields || x.fields, history = s.history || x.history
         from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::timestamptz[], $8::bool[], $9::jsonb[], $10::jsonb[])
             x (kind, id, owner_id, stage, entry_id, entered_at, placed, fields, history)
         where s.organisation_id = $1 and s.subject_kind = x.kind and s.subject_id = x.id",
        organisation_id,
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.owner_id) as &[Option<Uuid>],
        &column(rows, |row| row.place.as_ref().map(|place| place.stage.to_string())) as &[Option<String>],
        &column(rows, |row| row.place.as_ref().map(|place| place.entry)) as &[Option<Uuid>],
        &column(rows, |row| row.place.as_ref().map(|place| place.entered_at)) as &[Option<DateTime<Utc>>],
        &column(rows, |row| row.place.as_ref().is_some_and(|place| place.placed)),
        &column(rows, |row| row.fields.clone()),
        &column(rows, |row| row.history.clone())
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn enter(tx: &mut Tx, rows: &[Entered], version: i32) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let because = |because| match because {
        EntryCause::Started => "started".to_owned(),
        EntryCause::Moved => "moved".to_owned(),
        EntryCause::Placed => "placed".to_owned(),
    };
    sqlx::query!(
        "insert into stays (organisation_id, entry_id, subject_kind, subject_id, stage, left_stage, entered_at, because, action_id, playbook_version)
         select $1, x.entry, x.kind, x.id, x.stage, x.left_stage, x.at, x.because, x.action, $2
         from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::text[], $10::uuid[])
             x (entry, kind, id, stage, left_stage, at, because, action)
         on conflict do nothing",
        organisation_id,
        version,
        &column(rows, |row| row.entry.entry),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.entry.stage.to_string()),
        &column(rows, |row| row.entry.left.as_ref().map(ToString::to_string)) as &[Option<String>],
        &column(rows, |row| row.entry.at),
        &column(rows, |row| because(row.entry.because)),
        &column(rows, |row| row.action)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn step(tx: &mut Tx, rows: &[Step]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    // Of a timer that took several steps at once only the last one counts.
    sqlx::query!(
        "update timers t set step = x.step, due_at = x.due_at
         from (select distinct on (id) id, step, due_at from unnest($2::uuid[], $3::int[], $4::timestamptz[]) with ordinality x (id, step, due_at, nth)
               order by id, nth desc) x
         where t.organisation_id = $1 and t.id = x.id and t.closed_at is null",
        organisation_id,
        &column(rows, |row| row.timer),
        &column(rows, |row| i32::try_from(row.step).unwrap_or(i32::MAX)),
        &column(rows, |row| row.due_at) as &[Option<DateTime<Utc>>]
    )
    .execute(&mut *tx)
    .await?;
    let reopened = rows.iter().filter(|row| row.reopens).map(|row| row.timer).collect::<Vec<_>>();
    if !reopened.is_empty() {
        sqlx::query!(
            "update incidents set state = 'open' where organisation_id = $1 and timer_id = any ($2) and state in ('acknowledged', 'snoozed')",
            organisation_id,
            &reopened
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn raise(tx: &mut Tx, rows: &[Raised], version: i32, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into incidents (organisation_id, id, timer_id, code, subject_kind, subject_id, unit_id, owner_id, stage, entry_id, opened_at,
             due_at, raised_at, late, playbook_version)
         select $1, x.id, x.timer, x.code, x.kind, x.subject, x.unit, x.owner, x.stage, x.entry, x.opened_at, x.due_at, $2, x.late, $3
         from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::uuid[],
                 $13::timestamptz[], $14::timestamptz[], $15::bool[])
             x (id, timer, code, kind, subject, unit, owner, stage, entry, opened_at, due_at, late)
         on conflict do nothing",
        organisation_id,
        now,
        version,
        &column(rows, |row| row.incident.id),
        &column(rows, |row| row.incident.timer),
        &column(rows, |row| row.incident.code.to_string()),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.unit_id),
        &column(rows, |row| row.owner_id) as &[Option<Uuid>],
        &column(rows, |row| row.stage.clone()) as &[Option<String>],
        &column(rows, |row| row.entry) as &[Option<Uuid>],
        &column(rows, |row| row.opened_at),
        &column(rows, |row| row.incident.due_at),
        &column(rows, |row| row.incident.late)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Closes timers, and with them their incidents, what was asked of people because of them, and what has not been delivered yet.
async fn close(tx: &mut Tx, rows: &[Closing], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let because = |because| match because {
        ClosedBecause::Done => "done".to_owned(),
        ClosedBecause::StageLeft => "stage_left".to_owned(),
        ClosedBecause::SubjectClosed => "subject_closed".to_owned(),
        ClosedBecause::Retired => "retired".to_owned(),
    };
    sqlx::query!(
        "with x as (
            select * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::bool[]) x (timer, because, action, at, in_time)
         ), closed as (
            update timers t set closed_at = x.at, closed_because = x.because, closed_by = x.action, in_time = x.in_time
            from x where t.organisation_id = $1 and t.id = x.timer and t.closed_at is null
         ), ended as (
            update incidents i set state = case x.because when 'done' then 'resolved' else 'superseded' end,
                closed_at = x.at, closed_by = x.action, in_time = x.in_time
            from x where i.organisation_id = $1 and i.timer_id = x.timer and i.closed_at is null
            returning i.id, i.state, i.code, i.timer_id, i.subject_kind, i.subject_id, i.closed_at, i.in_time
         ), logged as (
            insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
            select $1, gen_random_uuid(), null, 'incident.' || state, subject_kind, subject_id, closed_at, $7,
                jsonb_build_object('incident_id', id, 'code', code, 'timer_id', timer_id, 'in_time', in_time) from ended
         ), settled as (
            update interventions i set state = 'done' from ended where i.organisation_id = $1 and i.incident_id = ended.id returning i.id
         )
         update deliveries d set state = 'stopped', settled_at = (select max(at) from x)
         from settled where d.organisation_id = $1 and d.intervention_id = settled.id and d.state = 'pending'
           -- One that carries others is the courier's to judge.
           and not exists (select from deliveries c where c.organisation_id = $1 and c.carried_by = d.id)",
        organisation_id,
        &column(rows, |row| row.0.timer),
        &column(rows, |row| because(row.0.because)),
        &column(rows, |row| row.0.action) as &[Option<Uuid>],
        &column(rows, |row| row.0.at),
        &column(rows, |row| row.0.in_time),
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn open(tx: &mut Tx, rows: &[Opened], rules: &Rules) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into timers (organisation_id, id, subject_kind, subject_id, code, entry_id, opened_by, opened_at, due_at,
             playbook_version, calendar_version)
         select $1, x.id, x.kind, x.subject, x.code, x.entry, x.opened_by, x.opened_at, x.due_at, $2, x.calendar
         from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::timestamptz[], $10::timestamptz[],
                 $11::int[])
             x (id, kind, subject, code, entry, opened_by, opened_at, due_at, calendar)
         on conflict (organisation_id, id) do nothing",
        organisation_id,
        rules.version,
        &column(rows, |row| row.opening.timer),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.opening.code.to_string()),
        &column(rows, |row| row.opening.entry) as &[Option<Uuid>],
        &column(rows, |row| row.opening.opened_by),
        &column(rows, |row| row.opening.opened_at),
        &column(rows, |row| keepable(row.opening.due_at)) as &[Option<DateTime<Utc>>],
        &column(rows, |row| rules.calendar_version(&row.opening.code)) as &[Option<i32>]
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn list(tx: &mut Tx, rows: &[Listed], rules: &Rules, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into list_entries (organisation_id, id, list, week_on, subject_kind, subject_id, added_at)
         select $1, x.id, x.list, $2, x.kind, x.subject, $3 from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[]) x (id, list, kind, subject)
         on conflict do nothing",
        organisation_id,
        monday(now.with_timezone(&rules.zone).date_naive()),
        now,
        &column(rows, |row| row.id),
        &column(rows, |row| row.list.clone()),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}
