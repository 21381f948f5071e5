//! Integrators' keys: scoped, hashed, revocable.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx};

/// What a key may reach.
#[derive(Debug)]
pub struct KeyGrant {
    pub unit_id: Uuid,
    pub scopes: Vec<String>,
}

/// The grant of a key that the transaction was entered with.
///
/// # Errors
/// `SessionOver` when the key is gone, else as any statement.
pub async fn grant(tx: &mut Tx, key_id: Uuid) -> Result<KeyGrant, StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query_as!(KeyGrant, "select unit_id, scopes from api_keys where organisation_id = $1 and id = $2", organisation_id, key_id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::SessionOver)
}

/// A key as admins see it: never its secret.
#[derive(Debug)]
pub struct Key {
    pub id: Uuid,
    pub name: String,
    pub scopes: Vec<String>,
    pub unit_id: Uuid,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The key that the transaction was entered with.
///
/// # Errors
/// `SessionOver` when the key is gone, else as any statement.
pub async fn myself(tx: &mut Tx) -> Result<Key, StoreError> {
    let (organisation_id, key_id) = (tx.organisation_id(), tx.scope().actor_id());
    let row = sqlx::query_as!(
        Key,
        "select id, name, scopes, unit_id, created_by, created_at, expires_at, revoked_at from api_keys
         where organisation_id = $1 and id = $2",
        organisation_id,
        key_id
    );
    row.fetch_optional(&mut *tx).await?.ok_or(StoreError::SessionOver)
}

/// The keys after `after`, revoked ones too, oldest first.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Key>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query_as!(
        Key,
        "select id, name, scopes, unit_id, created_by, created_at, expires_at, revoked_at from api_keys
         where organisation_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
        organisation_id,
        after,
        limit
    );
    Ok(rows.fetch_all(&mut *tx).await?)
}

/// Adds a key, and records it.
///
/// # Errors
/// `Conflict` with `api_key_unit_exists`; else as any statement.
pub async fn create(tx: &mut Tx, ids: &Ids, key: &Key, secret_sha256: &[u8; 32]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into api_keys (organisation_id, id, name, secret_sha256, scopes, unit_id, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation_id,
        key.id,
        key.name,
        secret_sha256,
        &key.scopes,
        key.unit_id,
        key.created_by,
        key.created_at,
        key.expires_at
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "scopes": key.scopes, "unit_id": key.unit_id });
    record_deed(tx, ids, key.created_at, Deed { kind: "api_key.created", subject_kind: "api_key", subject_id: key.id, data }).await
}

/// Revokes a key, once and for all, and records it; `false` when there is none.
///
/// # Errors
/// As any statement.
pub async fn revoke(tx: &mut Tx, ids: &Ids, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let revoked_at =
        sqlx::query_scalar!("select revoked_at from api_keys where organisation_id = $1 and id = $2 for update", organisation_id, id);
    match revoked_at.fetch_optional(&mut *tx).await? {
        None => return Ok(false),
        Some(Some(_)) => return Ok(true),
        Some(None) => {}
    }
    sqlx::query!("update api_keys set revoked_at = $3 where organisation_id = $1 and id = $2", organisation_id, id, now)
        .execute(&mut *tx)
        .await?;
    record_deed(tx, ids, now, Deed { kind: "api_key.revoked", subject_kind: "api_key", subject_id: id, data: json!({}) }).await?;
    Ok(true)
}
