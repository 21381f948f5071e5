//! Imports that nobody has applied: closed, and taken away line by line.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::record_deeds;
use crate::{StoreError, Tx};

/// Closes the imports that were sent before `before` and not applied, and records that: nobody applies half of one from now on. One that
/// is being applied at this moment is passed over.
///
/// # Errors
/// As any statement.
pub async fn close_stale(tx: &mut Tx, ids: &Ids, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let closed = sqlx::query_scalar!(
        "update customer_imports set state = 'discarded' where organisation_id = $1 and id in (
            select id from customer_imports
            where organisation_id = $1 and created_at < $2 and state in ('reading', 'checked', 'refused') for update skip locked)
         returning id",
        organisation_id,
        before
    )
    .fetch_all(&mut *tx)
    .await?;
    let closed: Vec<(Uuid, _)> = closed.into_iter().map(|id| (id, json!({ "because": "not_applied" }))).collect();
    record_deeds(tx, ids, now, ("customers.import_discarded", "customer_import"), closed).await
}

/// Removes up to `limit` lines of imports that were sent before `before` and are closed without having been applied, and then the imports
/// themselves. Returns how many rows went.
///
/// # Errors
/// As any statement.
pub async fn remove_stale(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let lines = sqlx::query!(
        "delete from customer_import_lines where organisation_id = $1 and ctid = any (array(
            select l.ctid from customer_imports i
            join customer_import_lines l on l.organisation_id = i.organisation_id and l.import_id = i.id
            where i.organisation_id = $1 and i.created_at < $2 and i.state = 'discarded' limit $3))",
        organisation_id,
        before,
        limit
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if i64::try_from(lines).is_ok_and(|lines| lines >= limit) {
        return Ok(lines);
    }
    let imports = sqlx::query!(
        "delete from customer_imports i where i.organisation_id = $1 and i.created_at < $2 and i.state = 'discarded'
           and not exists (select from customer_import_lines l where l.organisation_id = $1 and l.import_id = i.id)",
        organisation_id,
        before
    )
    .execute(&mut *tx)
    .await?;
    Ok(lines + imports.rows_affected())
}
