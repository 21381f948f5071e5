//! Chores that nobody but the machine cares about: enqueued in the caller's transaction, done by the workers.
//!
//! The statements here are not checked ones: functions and tables belong to the queue's own schema, whose versions are the library's
//! affair. Delays count on the database's clock, as the queue itself does.

use std::time::Duration;

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

/// A photo that is waited for, and how often it was looked for in vain.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AwaitChore {
    pub organisation_id: Uuid,
    pub photo_id: Uuid,
    #[serde(default)]
    pub looked: u32,
}

/// A customer as a chore names it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CustomerChore {
    pub organisation_id: Uuid,
    pub customer_id: Uuid,
}

/// An organisation as a chore names it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct OrganisationChore {
    pub organisation_id: Uuid,
}

/// A playbook that is tried on the past.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SimulationChore {
    pub organisation_id: Uuid,
    pub simulation_id: Uuid,
}

/// Tries a playbook on the past.
pub const SIMULATE_PLAYBOOK: &str = "simulate_playbook";
/// Has the open timers go by rules that have just come into force.
pub const REPLAN_TIMERS: &str = "replan_timers";
/// Judges visits again that were left out because of where their customer's pin was.
pub const REJUDGE_CUSTOMER: &str = "rejudge_customer";
/// Whole-picture work on a photo that landed: hashes, thumbnail, look-alikes.
pub const DEVELOP_PHOTO: &str = "develop_photo";
/// Makes the copy of a photo that says when, where and by whom it was taken.
pub const WATERMARK_PHOTO: &str = "watermark_photo";
/// Looks whether a declared photo that a visit waits for has arrived in S3.
pub const AWAIT_PHOTO: &str = "await_photo";
/// Puts away what was left behind within the hour.
pub const SWEEP_HOURLY: &str = "sweep_hourly";
/// Puts away what has grown old.
pub const SWEEP_DAILY: &str = "sweep_daily";

/// Attempts after which the queue stops by itself; a chore that asks to be tried again later starts counting anew.
const ATTEMPTS_MAX: i32 = 25;

/// Smaller goes first: a verdict that a rep waits for comes before pictures, and pictures before housekeeping.
fn priority(task: &str) -> i32 {
    match task {
        AWAIT_PHOTO => -10,
        WATERMARK_PHOTO => -5,
        REJUDGE_CUSTOMER => 5,
        SIMULATE_PLAYBOOK => 10,
        _ => 0,
    }
}

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
    sqlx::query(
        "select graphile_worker.add_job(identifier => $1, payload => $2::json, job_key => $3, run_at => coalesce($4, now()),
            max_attempts => $5, priority => $6)",
    )
    .bind(task)
    .bind(as_payload(payload)?)
    .bind(key)
    .bind(run_at)
    .bind(ATTEMPTS_MAX)
    .bind(priority(task))
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Enqueues `task` to be done `after` from now, unless one with the same `key` is to be done earlier: then that one stays.
///
/// # Errors
/// As any statement.
pub async fn enqueue_after(tx: &mut Tx, task: &str, payload: &impl Serialize, key: &str, after: Duration) -> Result<(), StoreError> {
    sqlx::query(
        "select graphile_worker.add_job(identifier => $1, payload => $2::json, job_key => $3, run_at => now() + $4 * interval '1 millisecond',
            max_attempts => $5, priority => $6, job_key_mode => 'preserve_run_at')",
    )
    .bind(task)
    .bind(as_payload(payload)?)
    .bind(key)
    .bind(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
    .bind(ATTEMPTS_MAX)
    .bind(priority(task))
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Sees to it that a chore which failed for good is not tried again; its row stays, with its last error, for people to find.
///
/// # Errors
/// As any statement.
pub async fn bury(tx: &mut Tx, job_id: i64) -> Result<(), StoreError> {
    sqlx::query("update graphile_worker._private_jobs set max_attempts = greatest(attempts, 1) where id = $1")
        .bind(job_id)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Whether the queue has heard from a worker within `after`.
///
/// # Errors
/// As any statement.
pub async fn hears_from(tx: &mut Tx, worker_id: &str, after: Duration) -> Result<bool, StoreError> {
    let heard = sqlx::query_scalar(
        "select exists (select from graphile_worker._private_workers where id = $1 and last_heartbeat_at > now() - $2 * interval '1 millisecond')",
    )
    .bind(worker_id)
    .bind(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
    .fetch_one(&mut *tx)
    .await?;
    Ok(heard)
}

fn as_payload(payload: &impl Serialize) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(payload).map_err(|_| StoreError::Corrupt { table: "jobs", column: "payload" })
}
