//! Carrying an import out: all of it in the caller's transaction, or nothing.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::{Import, ImportState, count, find, hold, last_line, match_lines, strides};
use crate::customers::actions::{Deed, record};
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
    for stride in strides(last) {
        create(tx, ids, now, &import, stride).await?;
        update(tx, ids, now, import_id, stride).await?;
    }
    close(tx, ids, now, import_id, &import).await?;
    Ok(find(tx, import_id).await?.map_or(Applied::Unknown, Applied::Done))
}

async fn create(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, import: &Import, (from, to): (i32, i32)) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let lines = sqlx::query_scalar!(
        "select line from customer_import_lines
         where organisation_id = $1 and import_id = $2 and line between $3 and $4 and outcome = 'create' order by line",
        organisation_id,
        import.id,
        from,
        to
    )
    .fetch_all(&mut *tx)
    .await?;
    if lines.is_empty() {
        return Ok(());
    }
    let fresh: Vec<Uuid> = lines.iter().map(|_| ids.next()).collect();
    sqlx::query!(
        "update customer_import_lines l set customer_id = f.id from unnest($3::integer[], $4::uuid[]) as f (line, id)
         where l.organisation_id = $1 and l.import_id = $2 and l.line = f.line",
        organisation_id,
        import.id,
        &lines,
        &fresh
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into customers (organisation_id, id, unit_id, external_id, name, address, pin, pin_otherwise, pin_sent_lat, pin_sent_lon,
             pin_datum, pin_source, pin_set_at, fence_m, created_at, updated_at)
         select $1, l.customer_id, coalesce(l.unit_id, $3), l.external_id, l.name, l.address, l.pin, l.pin_otherwise, l.sent_lat, l.sent_lon,
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
    Ok(())
}

/// Changes what the lines speak of; an empty cell leaves things as they are.
async fn update(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, import_id: Uuid, (from, to): (i32, i32)) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let moved = log_moved_pins(tx, ids, now, import_id, (from, to)).await?;
    sqlx::query!(
        "update customers c set
             unit_id = coalesce(l.unit_id, c.unit_id), name = l.name, address = coalesce(l.address, c.address),
             fence_m = coalesce(l.fence_m, c.fence_m), version = c.version + 1, updated_at = $5
         from customer_import_lines l
         where l.organisation_id = $1 and l.import_id = $2 and l.line between $3 and $4 and l.outcome = 'update'
           and c.organisation_id = $1 and c.id = l.customer_id and c.deleted_at is null",
        organisation_id,
        import_id,
        from,
        to,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update customers c set pin = l.pin, pin_otherwise = l.pin_otherwise, pin_sent_lat = l.sent_lat, pin_sent_lon = l.sent_lon,
             pin_datum = l.datum, pin_source = 'import', pin_set_at = $6
         from customer_import_lines l
         where l.organisation_id = $1 and l.import_id = $2 and l.line between $3 and $4 and l.outcome = 'update'
           and c.organisation_id = $1 and c.id = l.customer_id and c.id = any($5)",
        organisation_id,
        import_id,
        from,
        to,
        &moved,
        now
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
) -> Result<Vec<Uuid>, StoreError> {
    let (organisation_id, actor_id) = (tx.organisation_id(), tx.scope().actor_id());
    let moved = sqlx::query_scalar!(
        "select c.id from customer_import_lines l join customers c on c.organisation_id = l.organisation_id and c.id = l.customer_id
         where l.organisation_id = $1 and l.import_id = $2 and l.line between $3 and $4 and l.outcome = 'update' and l.pin is not null
           and (l.sent_lat, l.sent_lon, l.datum) is distinct from (c.pin_sent_lat, c.pin_sent_lon, c.pin_datum)",
        organisation_id,
        import_id,
        from,
        to
    )
    .fetch_all(&mut *tx)
    .await?;
    let fresh: Vec<Uuid> = moved.iter().map(|_| ids.next()).collect();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         select $1, f.id, $3, 'customer_pin_changed', 'customer', c.id, $6, $6, jsonb_build_object(
             'before', case when c.pin is not null then jsonb_build_object(
                 'lat', c.pin_sent_lat, 'lon', c.pin_sent_lon, 'datum', c.pin_datum, 'source', c.pin_source) end,
             'after', jsonb_build_object('lat', l.sent_lat, 'lon', l.sent_lon, 'datum', l.datum, 'source', 'import'),
             'import_id', $2::uuid)
         from unnest($4::uuid[], $5::uuid[]) as f (id, customer_id)
         join customers c on c.organisation_id = $1 and c.id = f.customer_id
         join customer_import_lines l on l.organisation_id = $1 and l.import_id = $2 and l.customer_id = c.id and l.line between $7 and $8",
        organisation_id,
        import_id,
        actor_id,
        &fresh,
        &moved,
        now,
        from,
        to
    )
    .execute(&mut *tx)
    .await?;
    Ok(moved)
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
    record(tx, ids, now, Deed { kind: "customers_imported", subject_kind: "customer_import", subject_id: import_id, data }).await
}
