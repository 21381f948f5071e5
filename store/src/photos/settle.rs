//! What follows when a photo arrives or will not come any more.

use chrono::{DateTime, Utc};
use platform::Ids;
use uuid::Uuid;

use super::rows::{Landing, expire, land, visits_waiting_for};
use crate::queue::{self, PhotoChore};
use crate::visits::{Cause, judge_again};
use crate::{StoreError, Tx};

/// Makes a verified arrival final, has the darkroom develop it, and judges the visits that waited for it, all in one transaction.
/// `false` when the photo was final before: then this arrival's copy is of no use and may be removed.
///
/// # Errors
/// As any statement.
pub async fn make_final(tx: &mut Tx, landing: &Landing, now: DateTime<Utc>, ids: &Ids) -> Result<bool, StoreError> {
    if !land(tx, landing).await? {
        return Ok(false);
    }
    let chore = PhotoChore { organisation_id: tx.organisation_id(), photo_id: landing.photo_id };
    queue::enqueue(tx, queue::DEVELOP_PHOTO, &chore, &format!("develop:{}", landing.photo_id), None).await?;
    judge_waiting(tx, landing.photo_id, now, ids).await?;
    Ok(true)
}

/// Gives up on a photo whose upload window has closed, and judges the visits that waited for it without it.
///
/// # Errors
/// As any statement.
pub async fn give_up(tx: &mut Tx, photo_id: Uuid, now: DateTime<Utc>, ids: &Ids) -> Result<bool, StoreError> {
    if !expire(tx, photo_id, now).await? {
        return Ok(false);
    }
    judge_waiting(tx, photo_id, now, ids).await?;
    Ok(true)
}

async fn judge_waiting(tx: &mut Tx, photo_id: Uuid, now: DateTime<Utc>, ids: &Ids) -> Result<(), StoreError> {
    for visit_id in visits_waiting_for(tx, photo_id).await? {
        judge_again(tx, visit_id, Cause::PhotosLanded, now, ids).await?;
    }
    Ok(())
}
