//! Single customers: read, made, changed, taken away.

use chrono::{DateTime, Utc};
use domain::playbook::SubjectKind;
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::pins::{self, datum_name};
use super::{Customer, CustomerRow};
use crate::actions::{Deed, differing, record_deed};
use crate::geography::Geog;
use crate::{StoreError, Tx, engine};

/// A customer that is about to be changed; its row is held until the transaction ends.
#[derive(Debug)]
pub struct Held {
    pub customer: Customer,
    /// Whether the caller answers for the customer's unit; one that a unit above holds may be seen only.
    pub is_own: bool,
}

/// The customer, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Customer>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    let row = sqlx::query_as!(
        CustomerRow,
        r#"select id, unit_id, external_id, name, address, pin as "pin: Geog", pin_otherwise as "pin_otherwise: Geog", pin_sent_lat,
             pin_sent_lon, pin_datum, pin_source, pin_set_at, fence_m, version, created_at, updated_at
           from customers
           where organisation_id = $1 and id = $3 and deleted_at is null
             and ($2::uuid is null or unit_id in (select app.units_around($1, $2)))"#,
        organisation_id,
        unit_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(Customer::try_from).transpose()
}

/// The customer, held for a change, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    let held = sqlx::query_scalar!(
        "select id from customers
         where organisation_id = $1 and id = $3 and deleted_at is null
           and ($2::uuid is null or unit_id in (select app.units_around($1, $2))) for update",
        organisation_id,
        unit_id,
        id
    );
    if held.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    let Some(customer) = find(tx, id).await? else { return Ok(None) };
    let is_own = super::is_own_unit(tx, customer.unit_id).await?;
    Ok(Some(Held { customer, is_own }))
}

/// Writes a new customer and records that it was made; `false` when its id is taken already.
///
/// # Errors
/// `Conflict("customer_external_id_unique")` when another customer has the number, else as any statement.
pub async fn insert(tx: &mut Tx, ids: &Ids, customer: &Customer) -> Result<bool, StoreError> {
    insert_for(tx, ids, customer, None).await
}

/// As [`insert`], for a customer that somebody looks after from the beginning: from then on contact with it is waited for.
///
/// # Errors
/// As [`insert`].
pub async fn insert_for(tx: &mut Tx, ids: &Ids, customer: &Customer, owner_id: Option<Uuid>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let pin = customer.pin.as_ref();
    let made = sqlx::query!(
        "insert into customers (organisation_id, id, unit_id, external_id, name, address, pin, pin_otherwise, pin_sent_lat, pin_sent_lon,
             pin_datum, pin_source, pin_set_at, fence_m, version, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (organisation_id, id) do nothing",
        organisation_id,
        customer.id,
        customer.unit_id,
        customer.external_id.as_deref(),
        customer.name,
        customer.address.as_deref(),
        pin.map(|pin| Geog(pin.located.position)) as Option<Geog>,
        pin.and_then(|pin| pin.located.otherwise).map(Geog) as Option<Geog>,
        pin.map(|pin| pin.sent.lat),
        pin.map(|pin| pin.sent.lon),
        pin.map(|pin| datum_name(pin.sent.datum)),
        pin.map(|pin| pin.source.as_str()),
        pin.map(|pin| pin.set_at),
        customer.own_fence_m,
        customer.version,
        customer.created_at,
        customer.updated_at
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if made == 0 {
        return Ok(false);
    }
    let data = owner_id.map_or_else(|| json!({}), |owner_id| json!({ "owner_id": owner_id, "owned": true }));
    let deed = Deed { kind: "customer.created", subject_kind: "customer", subject_id: customer.id, data };
    record_deed(tx, ids, customer.created_at, deed).await?;
    Ok(true)
}

/// Carries out a change of a held customer: what differs is written and recorded; the pin by [`pins::replace`].
///
/// # Errors
/// `Conflict("customer_external_id_unique")` when another customer has the number, else as any statement.
pub async fn change(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, before: &Customer, after: &Customer) -> Result<(), StoreError> {
    let fields = differing([
        ("unit_id", before.unit_id != after.unit_id),
        ("external_id", before.external_id != after.external_id),
        ("name", before.name != after.name),
        ("address", before.address != after.address),
        ("fence_m", before.own_fence_m != after.own_fence_m),
    ]);
    if !fields.is_empty() {
        let organisation_id = tx.organisation_id();
        sqlx::query!(
            "update customers set unit_id = $3, external_id = $4, name = $5, address = $6, fence_m = $7, version = version + 1, updated_at = $8
             where organisation_id = $1 and id = $2 and deleted_at is null",
            organisation_id,
            before.id,
            after.unit_id,
            after.external_id.as_deref(),
            after.name,
            after.address.as_deref(),
            after.own_fence_m,
            now
        )
        .execute(&mut *tx)
        .await?;
        engine::rename(tx, (SubjectKind::Customer, before.id), &after.name, Some(after.unit_id)).await?;
        let data = json!({ "fields": fields });
        record_deed(tx, ids, now, Deed { kind: "customer.changed", subject_kind: "customer", subject_id: before.id, data }).await?;
    }
    if before.pin.map(|pin| pin.sent) != after.pin.map(|pin| pin.sent) {
        pins::replace(tx, ids, now, before.id, (before.pin.as_ref(), after.pin.as_ref())).await?;
    }
    Ok(())
}

/// Takes a held customer out of every list; its visits stay.
///
/// # Errors
/// As any statement.
pub async fn delete(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update customers set deleted_at = $3, updated_at = $3, version = version + 1
         where organisation_id = $1 and id = $2 and deleted_at is null",
        organisation_id,
        id,
        now
    )
    .execute(&mut *tx)
    .await?;
    engine::retire_customer(tx, id, now).await?;
    record_deed(tx, ids, now, Deed { kind: "customer.deleted", subject_kind: "customer", subject_id: id, data: json!({}) }).await
}
