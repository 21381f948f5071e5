//! Chores that nobody but the machine cares about: enqueued in the caller's transaction, done by the workers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A photo as a chore names it: ids only, because the queue logs payloads.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PhotoChore {
    pub organisation_id: Uuid,
    pub photo_id: Uuid,
}

/// A customer as a chore names it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CustomerChore {
    pub organisation_id: Uuid,
    pub customer_id: Uuid,
}

/// Judges visits again that were left out because of where their customer's pin was.
pub const REJUDGE_CUSTOMER: &str = "rejudge_customer";
/// Whole-picture work on a photo that landed: hashes, thumbnail, watermarked copy.
pub const DEVELOP_PHOTO: &str = "develop_photo";
/// Looks whether a declared photo that a visit waits for has arrived in S3.
pub const AWAIT_PHOTO: &str = "await_photo";

/// Enqueues `task` once per `key`: a second one with the same key only moves it to `run_at`.
///
/// # Errors
/// As any statement.
pub async fn enqueue(
    tx: &mut Tx,
    task: &str,
    payload: &impl Serialize,
    key: &str,
    run_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let payload = serde_json::to_value(payload).map_err(|_| StoreError::Corrupt { table: "jobs", column: "payload" })?;
    // Not a checked statement: the function belongs to the queue's own schema, whose versions are the library's affair.
    sqlx::query("select graphile_worker.add_job(identifier => $1, payload => $2::json, job_key => $3, run_at => coalesce($4, now()), max_attempts => 25)")
        .bind(task)
        .bind(payload)
        .bind(key)
        .bind(run_at)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
