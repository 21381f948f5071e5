//! Matching lines with the customers they mean, as they stand now.

use uuid::Uuid;

use super::{Import, last_line, strides};
use crate::{StoreError, Tx};

/// Matches every line without a fault: by the external number, or, where the line has none, with a customer of the same unit, name and
/// address that has none either. A line whose customer, or whose unit, the caller does not answer for becomes a fault.
///
/// # Errors
/// As any statement.
pub async fn match_lines(tx: &mut Tx, import: &Import) -> Result<(), StoreError> {
    let last = last_line(tx, import.id).await?;
    for (from, to) in strides(last) {
        match_stride(tx, import.id, import.unit_id, (from, to)).await?;
    }
    Ok(())
}

async fn match_stride(tx: &mut Tx, import_id: Uuid, default_unit_id: Uuid, (from, to): (i32, i32)) -> Result<(), StoreError> {
    let (organisation_id, own) = (tx.organisation_id(), tx.scope().unit_id);
    sqlx::query!(
        "with own as materialized (
             select id from units where organisation_id = $1 and ($2::uuid is null or id in (select app.units_within($1, $2)))),
         compared as (
             select l.line, c.id as customer_id,
                 coalesce(l.unit_id, $4) in (select id from own) as unit_is_own,
                 c.unit_id in (select id from own) as customer_is_own,
                 (l.name = c.name
                     and coalesce(l.address, c.address) is not distinct from c.address
                     and coalesce(l.unit_id, c.unit_id) = c.unit_id
                     and coalesce(l.fence_m, c.fence_m) is not distinct from c.fence_m
                     and (l.pin is null or (l.sent_lat, l.sent_lon, l.datum)
                         is not distinct from (c.pin_sent_lat, c.pin_sent_lon, c.pin_datum))) as same
             from customer_import_lines l
             left join lateral (
                 select * from (
                     select k.id, k.unit_id, k.name, k.address, k.fence_m, k.pin_sent_lat, k.pin_sent_lon, k.pin_datum from customers k
                     where k.organisation_id = $1 and k.external_id = l.external_id and k.deleted_at is null
                     union all
                     select k.id, k.unit_id, k.name, k.address, k.fence_m, k.pin_sent_lat, k.pin_sent_lon, k.pin_datum from customers k
                     where l.external_id is null and k.organisation_id = $1 and k.name = l.name and k.deleted_at is null
                       and k.external_id is null and k.unit_id = coalesce(l.unit_id, $4) and k.address is not distinct from l.address
                 ) found order by found.id limit 1
             ) c on true
             where l.organisation_id = $1 and l.import_id = $3 and l.line between $5 and $6 and l.outcome <> 'fault')
         update customer_import_lines l
         set customer_id = m.customer_id,
             outcome = case
                 when not m.unit_is_own or not m.customer_is_own then 'fault'
                 when m.customer_id is null then 'create'
                 when m.same then 'unchanged'
                 else 'update' end,
             code = case when not m.unit_is_own or not m.customer_is_own then 'not_allowed' end,
             pointer = case when not m.unit_is_own then 'unit' when not m.customer_is_own then 'external_id' end
         from compared m
         where l.organisation_id = $1 and l.import_id = $3 and l.line = m.line",
        organisation_id,
        own,
        import_id,
        default_unit_id,
        from,
        to
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
