//! More photos for a visit that is recorded.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::queue::{self, PhotoChore};
use crate::{StoreError, Tx};

/// What became of photos that were to be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    Added,
    /// All of them were there.
    Nothing,
    /// The visit would have more photos than are allowed; nothing was attached.
    TooMany,
}

/// Attaches photos to a visit that the caller has locked and seen to be in scope, and records it. Those that have not landed are awaited.
///
/// # Errors
/// As any statement.
pub async fn attach(
    tx: &mut Tx,
    ids: &Ids,
    visit_id: Uuid,
    photo_ids: &[Uuid],
    most: usize,
    now: DateTime<Utc>,
) -> Result<Attached, StoreError> {
    let organisation_id = tx.organisation_id();
    let held =
        sqlx::query_scalar!("select photo_id from visit_photos where organisation_id = $1 and visit_id = $2", organisation_id, visit_id)
            .fetch_all(&mut *tx)
            .await?;
    let fresh: Vec<Uuid> = photo_ids.iter().copied().filter(|id| !held.contains(id)).collect();
    if fresh.is_empty() {
        return Ok(Attached::Nothing);
    }
    if held.len() + fresh.len() > most {
        return Ok(Attached::TooMany);
    }
    let first = i64::try_from(held.len()).unwrap_or(i64::MAX);
    sqlx::query!(
        "insert into visit_photos (organisation_id, visit_id, photo_id, ordinal)
         select $1, $2, photo.id, photo.n + $4 from unnest($3::uuid[]) with ordinality photo (id, n) on conflict do nothing",
        organisation_id,
        visit_id,
        &fresh,
        first
    )
    .execute(&mut *tx)
    .await?;
    let awaited = sqlx::query_scalar!(
        "select id from photos where organisation_id = $1 and id = any ($2) and state = 'declared'",
        organisation_id,
        &fresh
    )
    .fetch_all(&mut *tx)
    .await?;
    for photo_id in awaited {
        queue::enqueue(tx, queue::AWAIT_PHOTO, &PhotoChore { organisation_id, photo_id }, &format!("await:{photo_id}"), None).await?;
    }
    let data = json!({ "photo_ids": fresh });
    record_deed(tx, ids, now, Deed { kind: "visit.photos_added", subject_kind: "visit", subject_id: visit_id, data }).await?;
    Ok(Attached::Added)
}
