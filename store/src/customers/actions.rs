//! What this room writes into the log.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// What was done to what.
pub(super) struct Deed<'a> {
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub data: Value,
}

/// Appends one action of the transaction's actor.
pub(super) async fn record(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deed: Deed<'_>) -> Result<(), StoreError> {
    let (organisation_id, actor_id) = (tx.organisation_id(), tx.scope().actor_id());
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        organisation_id,
        ids.next(),
        actor_id,
        deed.kind,
        deed.subject_kind,
        deed.subject_id,
        now,
        deed.data
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
