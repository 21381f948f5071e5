//! Who can be given a lead.

use uuid::Uuid;

use crate::{StoreError, Tx};

/// Somebody who can be given a lead.
#[derive(Debug)]
pub struct Rep {
    pub id: Uuid,
    pub unit_id: Uuid,
}

/// The rep, if the caller answers for them and they are not disabled.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Rep>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    Ok(sqlx::query_as!(
        Rep,
        "select id, unit_id from users where organisation_id = $1 and id = $3 and role = 'rep' and disabled_at is null
             and ($2::uuid is null or unit_id in (select app.units_within($1, $2)))",
        organisation_id,
        unit_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?)
}
