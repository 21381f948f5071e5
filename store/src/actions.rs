//! The log: every change that people or timers make is one appended action.
//!
//! What was changed is said by the names of its fields, never by what they hold: whoever may read the log learns no secret, no phone
//! number and no coordinate from it, and nothing in it has to be forgotten later.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx};

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

/// Appends an action in the caller's transaction.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, action: Action<'_>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation_id,
        action.id,
        action.actor_id,
        action.kind,
        action.subject_kind,
        action.subject_id,
        action.occurred_at,
        action.recorded_at,
        action.data
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
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

/// As [`record_deed`], for one kind of deed done to many subjects at once: one statement, however many they are.
///
/// # Errors
/// As any statement.
pub async fn record_deeds(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (kind, subject_kind): (&str, &str),
    subjects: Vec<(Uuid, Value)>,
) -> Result<(), StoreError> {
    let (organisation_id, actor_id) = (tx.organisation_id(), tx.scope().actor_id());
    let action_ids: Vec<Uuid> = subjects.iter().map(|_| ids.next()).collect();
    let (subject_ids, data): (Vec<Uuid>, Vec<Value>) = subjects.into_iter().unzip();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         select $1, done.id, $2, $3, $4, done.subject_id, $5, $5, done.data
         from unnest($6::uuid[], $7::uuid[], $8::jsonb[]) as done (id, subject_id, data)",
        organisation_id,
        actor_id,
        kind,
        subject_kind,
        now,
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
