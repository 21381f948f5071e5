//! The log: every change that people or timers make is one appended action.

use chrono::{DateTime, Utc};
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
