//! How an attempt ended, told by the holder of its lease and by nobody else.

use chrono::{DateTime, TimeDelta, Utc};
use domain::delivery::Next;
use uuid::Uuid;

use super::claim::Lease;
use crate::{StoreError, Tx};

/// One attempt's end.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    pub took_ms: i64,
    /// `taken`, `again`, `never` or `not_here`.
    pub outcome: &'static str,
    /// Our word for what went wrong, and the other side's number.
    pub reason: Option<&'static str>,
    pub code: Option<i64>,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// Holds on to a delivery that is still being sent; `false` when the lease was lost.
///
/// # Errors
/// As any statement.
pub async fn renew(tx: &mut Tx, lease: Lease, for_another: TimeDelta, now: Option<DateTime<Utc>>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let seconds = for_another.num_seconds();
    let renewed = sqlx::query!(
        "update deliveries set lease_until = coalesce($4, now()) + $5::int * interval '1 second', due_at = coalesce($4, now()) + $5::int * interval '1 second'
         where organisation_id = $1 and id = $2 and fence = $3 and state = 'sending'",
        organisation_id,
        lease.id,
        lease.fence,
        now,
        i32::try_from(seconds).unwrap_or(i32::MAX)
    );
    Ok(renewed.execute(&mut *tx).await?.rows_affected() == 1)
}

/// Ends an attempt and says what becomes of the delivery and of those it carries; `false` when somebody else holds it by now, and nothing
/// of it is changed.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, lease: Lease, attempt: &Attempt, next: Next) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let (state, settled_at, due_at) = match next {
        Next::Delivered => ("delivered", Some(attempt.at), None),
        Next::Stopped => ("stopped", Some(attempt.at), None),
        Next::Again { at } => ("pending", None, Some(at)),
        Next::GivenUp | Next::GivenUpWithWay => ("given_up", Some(attempt.at), None),
    };
    // The attempt itself was made, whoever holds the delivery by now.
    sqlx::query!(
        "update delivery_attempts set took_ms = $4, outcome = $5, reason = $6, code = $7
         where organisation_id = $1 and delivery_id = $2 and fence = $3",
        organisation_id,
        lease.id,
        lease.fence,
        i32::try_from(attempt.took_ms).unwrap_or(i32::MAX),
        attempt.outcome,
        attempt.reason,
        attempt.code
    )
    .execute(&mut *tx)
    .await?;
    let held = sqlx::query_scalar!(
        "update deliveries set state = $4, settled_at = $5, due_at = coalesce($6, due_at), lease_until = null, last_fault = $7, fault_code = $8
         where organisation_id = $1 and id = $2 and fence = $3 and state = 'sending' returning id",
        organisation_id,
        lease.id,
        lease.fence,
        state,
        settled_at,
        due_at,
        attempt.reason,
        attempt.code
    )
    .fetch_optional(&mut *tx)
    .await?;
    if held.is_none() {
        return Ok(false);
    }
    if let Some(settled_at) = settled_at {
        settle_carried(tx, lease.id, state, settled_at, attempt).await?;
    }
    Ok(true)
}

async fn settle_carried(tx: &mut Tx, carrier: Uuid, state: &str, at: DateTime<Utc>, attempt: &Attempt) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update deliveries set state = $3, settled_at = $4, last_fault = $5, fault_code = $6
         where organisation_id = $1 and carried_by = $2 and state in ('pending', 'sending')",
        organisation_id,
        carrier,
        state,
        at,
        attempt.reason,
        attempt.code
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Forgets up to `limit` deliveries settled before `before`, with their attempts; a carrier stays while one it carried does. Returns how
/// many.
///
/// # Errors
/// As any statement.
pub async fn remove_settled(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let removed = sqlx::query!(
        "with old as (
            select id from deliveries d where organisation_id = $1 and settled_at < $2
              and not exists (select from deliveries c where c.organisation_id = $1 and c.carried_by = d.id) limit $3
         ), attempts as (
            delete from delivery_attempts a using old where a.organisation_id = $1 and a.delivery_id = old.id
         )
         delete from deliveries d using old where d.organisation_id = $1 and d.id = old.id",
        organisation_id,
        before,
        limit
    );
    Ok(removed.execute(&mut *tx).await?.rows_affected())
}
