//! What follows when an attachment arrives.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Makes a verified arrival final; `false` when it was settled before: then this arrival's copy is of no use and may be removed.
///
/// # Errors
/// As any statement.
pub async fn make_final(tx: &mut Tx, id: Uuid, object_key: &str, landed_at: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let landed = sqlx::query!(
        "update attachments set state = 'landed', landed_at = $3, object_key = $4
         where organisation_id = $1 and id = $2 and state in ('declared', 'expired')",
        organisation_id,
        id,
        landed_at,
        object_key
    )
    .execute(&mut *tx)
    .await?;
    Ok(landed.rows_affected() == 1)
}

/// Settles that a file's bytes are not of the type that it was declared as: the same bytes never will be.
///
/// # Errors
/// As any statement.
pub async fn refuse(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update attachments set state = 'refused' where organisation_id = $1 and id = $2 and state in ('declared', 'expired')",
        organisation_id,
        id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
