//! Events: what is appended to the log, told to the systems that asked to hear of such. That happens in the database, whoever appends
//! (`app.tell_systems`); here is only what no action causes.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Tells one endpoint something that is no action, whatever it asked to hear; the delivery's id.
///
/// # Errors
/// As any statement.
pub async fn tell_one(tx: &mut Tx, endpoint_id: Uuid, id: Uuid, kind: &str, data: Value, now: DateTime<Utc>) -> Result<Uuid, StoreError> {
    let organisation_id = tx.organisation_id();
    let subject = format!("webhook/{endpoint_id}");
    sqlx::query!(
        "insert into events (organisation_id, id, kind, occurred_at, recorded_at, envelope)
         values ($1, $2, $3, $4, $4, app.envelope($1, $2, $3, $5, $4, $6))",
        organisation_id,
        id,
        kind,
        now,
        subject,
        data
    )
    .execute(&mut *tx)
    .await?;
    let delivery_id = sqlx::query_scalar!(
        "insert into deliveries (organisation_id, id, endpoint_id, event_id, channel, state, due_at, created_at)
         values ($1, app.event_delivery_id($2, $3), $3, $2, 'webhook', 'pending', $4, $4) returning id",
        organisation_id,
        id,
        endpoint_id,
        now
    );
    Ok(delivery_id.fetch_one(&mut *tx).await?)
}

/// Forgets up to `limit` events recorded before `before` that no delivery brings any more. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn remove_told(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let removed = sqlx::query!(
        "delete from events where organisation_id = $1 and ctid = any (array(
            select ctid from events e where organisation_id = $1 and recorded_at < $2
              and not exists (select from deliveries d where d.organisation_id = $1 and d.event_id = e.id) limit $3))",
        organisation_id,
        before,
        limit
    );
    Ok(removed.execute(&mut *tx).await?.rows_affected())
}
