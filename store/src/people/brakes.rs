//! How often wrong passwords came for one login from one network.

use chrono::{DateTime, Utc};
use domain::people::brake::Brake;

use crate::{StoreError, Tx};

/// SHA-256 over a login and a network.
pub type BrakeKey = [u8; 32];

struct Row {
    failures: i32,
    free_at: DateTime<Utc>,
    touched_at: DateTime<Utc>,
}

impl From<Row> for Brake {
    fn from(row: Row) -> Self {
        Self { failures: u32::try_from(row.failures).unwrap_or(0), free_at: row.free_at, touched_at: row.touched_at }
    }
}

/// The brake as it stands; a glance that waits for nobody.
///
/// # Errors
/// As any statement.
pub async fn glance(tx: &mut Tx, key: &BrakeKey) -> Result<Option<Brake>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query_as!(
        Row,
        "select failures, free_at, touched_at from login_brakes where organisation_id = $1 and key_sha256 = $2",
        organisation_id,
        key
    );
    Ok(row.fetch_optional(&mut *tx).await?.map(Brake::from))
}

/// The brake, held until the transaction ends: of many guesses at once, each sees what the one before it did. Without a brake, nothing
/// is held.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, key: &BrakeKey) -> Result<Option<Brake>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query_as!(
        Row,
        "select failures, free_at, touched_at from login_brakes where organisation_id = $1 and key_sha256 = $2 for update",
        organisation_id,
        key
    );
    Ok(row.fetch_optional(&mut *tx).await?.map(Brake::from))
}

/// As [`hold`], and makes the brake first where there is none.
///
/// # Errors
/// As any statement.
pub async fn hold_or_make(tx: &mut Tx, key: &BrakeKey, now: DateTime<Utc>) -> Result<Brake, StoreError> {
    let organisation_id = tx.organisation_id();
    // Updating the key with itself takes the row's lock and says what is in it.
    let row = sqlx::query_as!(
        Row,
        "insert into login_brakes (organisation_id, key_sha256, failures, free_at, touched_at) values ($1, $2, 0, $3, $3)
         on conflict (organisation_id, key_sha256) do update set failures = login_brakes.failures
         returning failures, free_at, touched_at",
        organisation_id,
        key,
        now
    );
    Ok(row.fetch_one(&mut *tx).await?.into())
}

/// Writes a brake that is held.
///
/// # Errors
/// As any statement.
pub async fn set(tx: &mut Tx, key: &BrakeKey, brake: &Brake) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update login_brakes set failures = $3, free_at = $4, touched_at = $5 where organisation_id = $1 and key_sha256 = $2",
        organisation_id,
        key,
        i32::try_from(brake.failures).unwrap_or(i32::MAX),
        brake.free_at,
        brake.touched_at
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Releases the brake: the right password came.
///
/// # Errors
/// As any statement.
pub async fn release(tx: &mut Tx, key: &BrakeKey) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("delete from login_brakes where organisation_id = $1 and key_sha256 = $2", organisation_id, key).execute(&mut *tx).await?;
    Ok(())
}

/// Sweeps away brakes untouched since `before`; says how many. The nil organisation has some too.
///
/// # Errors
/// As any statement.
pub async fn sweep(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let swept = sqlx::query!("delete from login_brakes where organisation_id = $1 and touched_at < $2", organisation_id, before);
    Ok(swept.execute(&mut *tx).await?.rows_affected())
}
