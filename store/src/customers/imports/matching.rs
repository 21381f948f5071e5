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
    // Both tables grow by the thousand between two strides: a plan kept from when they were empty would be far off.
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(&mut *tx).await?;
    let last = last_line(tx, import.id).await?;
    for (from, to) in strides(last) {
        match_stride(tx, import.id, import.unit_id, (from, to)).await?;
    }
    Ok(())
}

async fn match_stride(tx: &mut Tx, import_id: Uuid, default_unit_id: Uuid, (from, to): (i32, i32)) -> Result<(), StoreError> {
    let (organisation_id, own) = (tx.organisation_id(), tx.scope().unit_id);
    // Every line looks its customer up by index: a join of the lines with themselves would hang on statistics that nobody has taken yet.
    sqlx::query!(
        "with own as materialized (
             select id from units where organisation_id = $1 and ($2::uuid is null or id in (select app.units_within($1, $2))))
         update customer_import_lines l
         set (customer_id, outcome, code, pointer) = (
             select case when m.customer_is_own then m.customer_id end,
                 case when not m.unit_is_own or not m.customer_is_own then 'fault'
                     when m.customer_id is null then 'create'
                     when m.same then 'unchanged'
                     else 'update' end,
                 case when not m.unit_is_own or not m.customer_is_own then 'not_allowed' end,
                 case when not m.unit_is_own then 'unit' when not m.customer_is_own then 'external_id' end
             from (
                 select c.id as customer_id,
                     coalesce(l.unit_id, $4) in (select id from own) as unit_is_own,
                     c.unit_id in (select id from own) as customer_is_own,
                     (l.name = c.name
                         and coalesce(l.address, c.address) is not distinct from c.address
                         and coalesce(l.unit_id, c.unit_id) = c.unit_id
                         and coalesce(l.fence_m, c.fence_m) is not distinct from c.fence_m
                         and (l.pin is null or (l.sent_lat, l.sent_lon, l.datum)
                             is not distinct from (c.pin_sent_lat, c.pin_sent_lon, c.pin_datum))) as same
                 from (select) line
                 left join lateral (
                     select k.* from customers k
                     where k.organisation_id = $1 and k.external_id = l.external_id and k.deleted_at is null
                     union all
                     (select k.* from customers k
                      where l.external_id is null and k.organisation_id = $1 and k.name = l.name and k.deleted_at is null
                        and k.external_id is null and k.unit_id = coalesce(l.unit_id, $4) and k.address is not distinct from l.address
                      order by k.id limit 1)
                 ) c on true
             ) m)
         where l.organisation_id = $1 and l.import_id = $3 and l.line between $5 and $6 and l.outcome <> 'fault'",
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
