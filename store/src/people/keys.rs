//! Integrators' keys: scoped, hashed, revocable.

use uuid::Uuid;

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
