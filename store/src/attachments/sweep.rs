//! Attachments that were left behind: never uploaded, or uploaded and put to nothing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Closes the windows that ended before `before`; the files may still be declared again.
///
/// # Errors
/// As any statement.
pub async fn expire(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let expired = sqlx::query!(
        "update attachments set state = 'expired' where organisation_id = $1 and state = 'declared' and upload_expires_at < $2",
        organisation_id,
        before
    )
    .execute(&mut *tx)
    .await?;
    Ok(expired.rows_affected())
}

/// Those of `ids` whose uploads nobody waits for: landed, refused, given up, or never declared.
///
/// # Errors
/// As any statement.
pub async fn not_awaited(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select wanted.id as "id!" from unnest($2::uuid[]) wanted (id)
           where not exists (select from attachments a where a.organisation_id = $1 and a.id = wanted.id and a.state = 'declared')"#,
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Forgets attachments that nothing holds and whose story ended before `before`: landed and put to nothing, refused, or never sent.
/// Returns the keys of their objects, which are to be removed once this is committed; how many rows went is the length.
///
/// # Errors
/// As any statement.
pub async fn forget_unheld(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<Vec<Option<String>>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"delete from attachments where organisation_id = $1 and id in (
               select a.id from attachments a
               where a.organisation_id = $1 and coalesce(a.landed_at, a.upload_expires_at) < $2
                 and not exists (select from attachment_holders h where h.organisation_id = $1 and h.attachment_id = a.id)
               limit $3)
           returning object_key"#,
        organisation_id,
        before,
        limit
    )
    .fetch_all(&mut *tx)
    .await?)
}
