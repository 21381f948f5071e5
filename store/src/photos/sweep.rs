//! Photos that were left behind: declared and never waited for, or uploaded and never taken away.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::PhotoState;
use crate::queue::{self, AwaitChore};
use crate::{StoreError, Tx};

/// Sees to it that photos whose upload window closed before `before` are looked for one last time and then given up. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn await_overdue(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let organisation_id = tx.organisation_id();
    let overdue = sqlx::query_scalar!(
        "select id from photos where organisation_id = $1 and state = 'declared' and upload_expires_at < $2 order by upload_expires_at limit $3",
        organisation_id,
        before,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    for photo_id in &overdue {
        let chore = AwaitChore { organisation_id, photo_id: *photo_id, looked: 0 };
        queue::enqueue_after(tx, queue::AWAIT_PHOTO, &chore, &format!("await:{photo_id}"), Duration::ZERO).await?;
    }
    Ok(overdue.len())
}

/// Those of `ids` whose uploads nobody waits for: landed, given up, or never declared.
///
/// # Errors
/// As any statement.
pub async fn not_awaited(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    let awaited = PhotoState::Declared.as_str();
    Ok(sqlx::query_scalar!(
        r#"select wanted.id as "id!" from unnest($2::uuid[]) wanted (id)
           where not exists (select from photos p where p.organisation_id = $1 and p.id = wanted.id and p.state = $3)"#,
        organisation_id,
        ids,
        awaited
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Removes hashes that no search looks at any more: those that landed before `before`. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn forget_hashes(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let forgotten = sqlx::query!(
        "delete from photo_hashes where organisation_id = $1 and landed_at < $2 and (landed_at, photo_id) in (
            select landed_at, photo_id from photo_hashes where organisation_id = $1 and landed_at < $2 order by landed_at limit $3)",
        organisation_id,
        before,
        limit
    )
    .execute(&mut *tx)
    .await?;
    Ok(forgotten.rows_affected())
}
