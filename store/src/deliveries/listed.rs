//! Deliveries as admins see them: an endpoint's, with their attempts, and those that were given up.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// One attempt series.
#[derive(Debug)]
pub struct Delivery {
    pub id: Uuid,
    pub event_id: Uuid,
    pub event_kind: String,
    pub state: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    /// When the next attempt is made, while it is waiting.
    pub due_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    pub last_fault: Option<String>,
    pub fault_code: Option<i64>,
    pub replayed_at: Option<DateTime<Utc>>,
}

/// Up to `limit` of an endpoint's deliveries, newest first; of one state only where one is named.
///
/// # Errors
/// As any statement.
pub async fn of_endpoint(
    tx: &mut Tx,
    endpoint_id: Uuid,
    state: Option<&str>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_at, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Delivery,
        r#"select d.id, d.event_id as "event_id!", e.kind as event_kind, d.state, d.attempts, d.created_at, d.due_at, d.settled_at, d.last_fault,
                  d.fault_code, d.replayed_at
           from deliveries d join events e on e.organisation_id = d.organisation_id and e.id = d.event_id
           where d.organisation_id = $1 and d.endpoint_id = $2 and ($3::text is null or d.state = $3)
             and ($4::timestamptz is null or (d.created_at, d.id) < ($4, $5))
           order by d.created_at desc, d.id desc limit $6"#,
        organisation_id,
        endpoint_id,
        state,
        after_at,
        after_id,
        limit
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// One attempt. Without an end its sender died, and nobody knows what became of it.
#[derive(Debug)]
pub struct Attempt {
    pub delivery_id: Uuid,
    pub began_at: DateTime<Utc>,
    pub took_ms: Option<i32>,
    pub outcome: Option<String>,
    pub reason: Option<String>,
    pub code: Option<i64>,
}

/// The attempts of these deliveries, each one's in their order.
///
/// # Errors
/// As any statement.
pub async fn attempts(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Attempt>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Attempt,
        "select delivery_id, began_at, took_ms, outcome, reason, code from delivery_attempts
         where organisation_id = $1 and delivery_id = any ($2) order by delivery_id, fence",
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Begins a delivery anew, whatever became of it: the same event under the same id. `false` when it is not this endpoint's or is waiting
/// anyway.
///
/// # Errors
/// As any statement.
pub async fn replay(tx: &mut Tx, endpoint_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let replayed = sqlx::query!(
        "update deliveries set state = 'pending', attempts = 0, settled_at = null, due_at = $4, replayed_at = $4
         where organisation_id = $1 and endpoint_id = $2 and id = $3 and state in ('delivered', 'given_up', 'stopped')",
        organisation_id,
        endpoint_id,
        id,
        now
    );
    Ok(replayed.execute(&mut *tx).await?.rows_affected() == 1)
}

/// Whether a delivery is this endpoint's.
///
/// # Errors
/// As any statement.
pub async fn is_of(tx: &mut Tx, endpoint_id: Uuid, id: Uuid) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let found = sqlx::query_scalar!(
        r#"select exists (select from deliveries where organisation_id = $1 and endpoint_id = $2 and id = $3) as "there!""#,
        organisation_id,
        endpoint_id,
        id
    );
    Ok(found.fetch_one(&mut *tx).await?)
}
