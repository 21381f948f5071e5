//! Carrying an import out: all of it in the caller's transaction, or nothing.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::{Import, ImportState, count, find, hold, last_line, match_lines, strides};
use crate::actions::{Deed, record_deed, record_deeds};
use crate::customers::pins;
use crate::{StoreError, Tx};

/// What became of the wish to apply an import.
#[derive(Debug)]
pub enum Applied {
    /// It is in force, now or since an earlier request.
    Done(Import),
    /// Lines have faults, and they were not to be left out.
    HasFaults,
    /// It is being read still, or was refused.
    NotReady,
    /// There is no such import here.
    Unknown,
}

/// Applies a checked import: matches its lines with the customers as they stand now, then makes and changes what they say.
///
/// # Errors
/// `Conflict("customer_external_id_unique")` when a customer with one of its numbers was made at this very moment, else as any statement.
pub async fn apply(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, import_id: Uuid, skip_faults: bool) -> Result<Applied, StoreError> {
    let Some(import) = hold(tx, import_id).await? else { return Ok(Applied::Unknown) };
    match import.state {
        ImportState::Applied => return Ok(Applied::Done(import)),
        ImportState::Checked => {}
        ImportState::Reading | ImportState::Refused | ImportState::Discarded => return Ok(Applied::NotReady),
    }
    match_lines(tx, &import).await?;
    count(tx, import_id).await?;
    let Some(import) = find(tx, import_id).await? else { return Ok(Applied::Unknown) };
    if import.faults > 0 && !skip_faults {
        return Ok(Applied::HasFaults);
    }
    let last = last_line(tx, import_id).await?;
    // What is joined below is a stride on either side: hashing it is never slow, whatever the statistics of fresh lines say.
    sqlx::query!("set local enable_nestloop = off").execute(&mut *tx).await?;
    for stride in strides(last) {
        create(tx, now, &import, stride).await?;
        update(tx, ids, now, import_id, stride).await?;
    }
    close(tx, ids, now, import_id, &import).await?;
    Ok(find(tx, import_id).await?.map_or(Applied::Unknown, Applied::Done))
}

async fn create(tx: &mut Tx, now: DateTime<Utc>, import: &Import, (from, to): (i32, i32)) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into customers (organisation_id, id, unit_id, external_id, name, address, pin, pin_otherwise, pin_sent_lat, pin_sent_lon,
             pin_datum, pin_source, pin_set_at, fence_m, created_at, updated_at)
         select $1, l.fresh_id, coalesce(l.unit_id, $3), l.external_id, l.name, l.address, l.pin, l.pin_otherwise, l.sent_lat, l.sent_lon,
             l.datum, case when l.pin is not null then 'import' end, case when l.pin is not null then $6::timestamptz end, l.fence_m, $6, $6
         from customer_import_lines l
         where l.organisation_id = $1 and l.import_id = $2 and l.line between $4 and $5 and l.outcome = 'create'
         order by l.line",
        organisation_id,
        import.id,
        import.unit_id,
        from,
        to,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update customer_import_lines set customer_id = fresh_id
         where organisation_id = $1 and import_id = $2 and line between $3 and $4 and outcome = 'create'",
        organisation_id,
        import.id,
        from,
        to
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Changes what the lines speak of; an empty cell leaves things as they are.
async fn update(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, import_id: Uuid, (from, to): (i32, i32)) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let spoken_of = sqlx::query_scalar!(
        r#"select customer_id as "customer_id!" from customer_import_lines
           where organisation_id = $1 and import_id = $2 and line between $3 and $4 and outcome = 'update' and customer_id is not null"#,
        organisation_id,
        import_id,
        from,
        to
    )
    .fetch_all(&mut *tx)
    .await?;
    if spoken_of.is_empty() {
        return Ok(());
    }
    let moved = log_moved_pins(tx, ids, now, import_id, (from, to), &spoken_of).await?;
    sqlx::query!(
        "update customers c set
             unit_id = coalesce(l.unit_id, c.unit_id), name = l.name, address = coalesce(l.address, c.address),
             fence_m = coalesce(l.fence_m, c.fence_m), version = c.version + 1, updated_at = $5,
             pin = coalesce(l.pin, c.pin),
             pin_otherwise = case when l.pin is null then c.pin_otherwise else l.pin_otherwise end,
             pin_sent_lat = coalesce(l.sent_lat, c.pin_sent_lat),
             pin_sent_lon = coalesce(l.sent_lon, c.pin_sent_lon),
             pin_datum = coalesce(l.datum, c.pin_datum),
             pin_source = case when c.id = any($6) then 'import' else c.pin_source end,
             pin_set_at = case when c.id = any($6) then $5 else c.pin_set_at end
         from customer_import_lines l
         where l.organisation_id = $1 and l.import_id = $2 and l.line between $3 and $4 and l.outcome = 'update'
           and c.organisation_id = $1 and c.id = any($7) and c.id = l.customer_id and c.deleted_at is null",
        organisation_id,
        import_id,
        from,
        to,
        now,
        &moved,
        &spoken_of
    )
    .execute(&mut *tx)
    .await?;
    pins::many_changed(tx, &moved).await
}

/// Records every pin that the lines are about to move, and names their customers.
async fn log_moved_pins(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    import_id: Uuid,
    (from, to): (i32, i32),
    spoken_of: &[Uuid],
) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    let moved = sqlx::query!(
        r#"select c.id, c.pin_datum, c.pin_source, l.datum
           from customer_import_lines l join customers c on c.organisation_id = l.organisation_id and c.id = l.customer_id
           where l.organisation_id = $1 and l.import_id = $2 and l.line between $3 and $4 and l.outcome = 'update' and l.pin is not null
             and c.id = any($5) and (l.sent_lat, l.sent_lon, l.datum) is distinct from (c.pin_sent_lat, c.pin_sent_lon, c.pin_datum)"#,
        organisation_id,
        import_id,
        from,
        to,
        spoken_of
    )
    .fetch_all(&mut *tx)
    .await?;
    let customer_ids = moved.iter().map(|row| row.id).collect();
    let told = moved.into_iter().map(|row| {
        let before = row.pin_source.map(|source| json!({ "datum": row.pin_datum, "source": source }));
        (row.id, json!({ "before": before, "after": { "datum": row.datum, "source": "import" }, "import_id": import_id }))
    });
    record_deeds(tx, ids, now, ("customer.pin_changed", "customer"), told.collect()).await?;
    Ok(customer_ids)
}

async fn close(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, import_id: Uuid, import: &Import) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update customer_imports set state = 'applied', applied_at = $3 where organisation_id = $1 and id = $2",
        organisation_id,
        import_id,
        now
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "creates": import.creates, "updates": import.updates, "unchanged": import.unchanged, "skipped": import.faults });
    record_deed(tx, ids, now, Deed { kind: "customers.imported", subject_kind: "customer_import", subject_id: import_id, data }).await
}
