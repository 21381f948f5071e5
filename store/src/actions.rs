//! The log: every change that people or timers make is one appended action, and this is the one door to it.
//!
//! What was changed is said by the names of its fields, never by what they hold: whoever may read the log learns no secret, no phone
//! number and no coordinate from it, and nothing in it has to be forgotten later.

use chrono::{DateTime, Utc};
use domain::playbook::{self, ActionKind, SubjectKind};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx, engine};

/// Something that somebody did to a subject.
#[derive(Debug)]
pub struct Action<'a> {
    pub id: Uuid,
    /// `None` when the house itself acted.
    pub actor_id: Option<Uuid>,
    /// `subject.verb`, as in `visit.reviewed`.
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

/// Appends an action in the caller's transaction, and does what the playbook says follows from it.
///
/// # Errors
/// As any statement; `Corrupt` when the playbook has rules about the subject and nobody has introduced it.
pub async fn record(tx: &mut Tx, action: Action<'_>) -> Result<(), StoreError> {
    record_about(tx, action, &[]).await
}

/// As [`record`], for an action that is also about other subjects. What follows, follows for each.
///
/// # Errors
/// As [`record`].
pub async fn record_about(tx: &mut Tx, action: Action<'_>, also: &[(SubjectKind, Uuid)]) -> Result<(), StoreError> {
    let (occurred_at, recorded_at) = append(tx, &action, also).await?;
    let Some(kind) = ActionKind::parse(action.kind) else { return Ok(()) };
    let own = SubjectKind::parse(action.subject_kind).map(|kind| (kind, action.subject_id));
    let about = own.into_iter().chain(also.iter().copied()).filter(|(subject, _)| kind.is_about(*subject)).collect::<Vec<_>>();
    if about.is_empty() {
        return Ok(());
    }
    let action = playbook::Action {
        id: action.id,
        kind,
        actor_role: action.actor_id.map(|_| tx.scope().role),
        occurred_at,
        recorded_at,
        data: match action.data {
            Value::Object(data) => data,
            _ => serde_json::Map::new(),
        },
    };
    engine::follow(tx, &action, &about).await
}

/// When it happened and when it was recorded, by the one clock that timers go by: the machine's own may go before it or after it. What
/// is said to have happened before it was recorded is left to have happened then.
async fn append(tx: &mut Tx, action: &Action<'_>, also: &[(SubjectKind, Uuid)]) -> Result<(DateTime<Utc>, DateTime<Utc>), StoreError> {
    let organisation_id = tx.organisation_id();
    let held_at = tx.held_at().map(|_| action.recorded_at);
    let (kinds, ids): (Vec<_>, Vec<_>) = also.iter().map(|(kind, id)| (kind.as_str().to_owned(), *id)).unzip();
    let row = sqlx::query!(
        r#"with appended as (
            insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
            select $1, $2, $3, $4, $5, $6, case when $7::timestamptz >= $8 then x.now else $7 end, x.now, $9
            from (select coalesce($10::timestamptz, clock_timestamp()) as now) x
            returning occurred_at, recorded_at
         ), about as (
            insert into action_subjects (organisation_id, subject_kind, subject_id, recorded_at, action_id)
            select $1, x.kind, x.id, appended.recorded_at, $2 from appended cross join unnest($11::text[], $12::uuid[]) x (kind, id)
            on conflict do nothing
         )
         select occurred_at as "occurred_at!", recorded_at as "recorded_at!" from appended"#,
        organisation_id,
        action.id,
        action.actor_id,
        action.kind,
        action.subject_kind,
        action.subject_id,
        action.occurred_at,
        action.recorded_at,
        action.data,
        held_at,
        &kinds,
        &ids
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok((row.occurred_at, row.recorded_at))
}

/// What the transaction's actor does to a subject, now.
#[derive(Debug)]
pub struct Deed<'a> {
    /// `subject.verb`, as in `customer.changed`.
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub data: Value,
}

/// As [`record`], for what the transaction's actor does now.
///
/// # Errors
/// As any statement.
pub async fn record_deed(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deed: Deed<'_>) -> Result<(), StoreError> {
    let Deed { kind, subject_kind, subject_id, data } = deed;
    let actor_id = tx.scope().actor_id();
    record(tx, Action { id: ids.next(), actor_id, kind, subject_kind, subject_id, occurred_at: now, recorded_at: now, data }).await
}

/// As [`record_deed`], for one kind of deed done to many subjects at once: one statement, however many they are, where no playbook can ask
/// for that kind.
///
/// # Errors
/// As [`record`].
pub async fn record_deeds(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (kind, subject_kind): (&str, &str),
    mut subjects: Vec<(Uuid, Value)>,
) -> Result<(), StoreError> {
    if ActionKind::parse(kind).is_some() {
        // What follows, follows for each, and subjects are locked in one order.
        subjects.sort_unstable_by_key(|(id, _)| *id);
        for (subject_id, data) in subjects {
            record_deed(tx, ids, now, Deed { kind, subject_kind, subject_id, data }).await?;
        }
        return Ok(());
    }
    let (organisation_id, actor_id) = (tx.organisation_id(), tx.scope().actor_id());
    let held_at = tx.held_at().map(|_| now);
    let action_ids: Vec<Uuid> = subjects.iter().map(|_| ids.next()).collect();
    let (subject_ids, data): (Vec<Uuid>, Vec<Value>) = subjects.into_iter().unzip();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         select $1, done.id, $2, $3, $4, done.subject_id, x.now, x.now, done.data
         from (select coalesce($5::timestamptz, clock_timestamp()) as now) x
         cross join unnest($6::uuid[], $7::uuid[], $8::jsonb[]) as done (id, subject_id, data)",
        organisation_id,
        actor_id,
        kind,
        subject_kind,
        held_at,
        &action_ids,
        &subject_ids,
        &data
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The names of the fields that differ, as actions tell what was changed.
pub(crate) fn differing<const N: usize>(fields: [(&str, bool); N]) -> Vec<&str> {
    fields.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}
