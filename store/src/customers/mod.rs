//! Customers: where the organisation's people go, with pin, fence and contacts, and bringing them in by the thousand.
//!
//! A customer is seen by the people of its unit, of the units below (which share it) and of the units above. It is changed by the
//! people of its unit and of the units above.

pub mod contacts;
pub mod decision_roles;
pub mod fences;
pub mod imports;
pub mod list;
pub mod pins;
pub mod records;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use pins::Pin;

use crate::geography::Geog;
use crate::{StoreError, Tx};

/// A customer as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub id: Uuid,
    pub unit_id: Uuid,
    /// The number that another system knows the customer by; unique among an organisation's living customers.
    pub external_id: Option<String>,
    pub name: String,
    pub address: Option<String>,
    pub pin: Option<Pin>,
    /// Fence radius in metres that this customer states for itself; the visit policy's applies otherwise.
    pub own_fence_m: Option<f64>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The columns of a customer, as every statement reads them.
#[derive(Debug, sqlx::FromRow)]
struct CustomerRow {
    id: Uuid,
    unit_id: Uuid,
    external_id: Option<String>,
    name: String,
    address: Option<String>,
    pin: Option<Geog>,
    pin_otherwise: Option<Geog>,
    pin_sent_lat: Option<f64>,
    pin_sent_lon: Option<f64>,
    pin_datum: Option<String>,
    pin_source: Option<String>,
    pin_set_at: Option<DateTime<Utc>>,
    fence_m: Option<f64>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = StoreError;

    fn try_from(row: CustomerRow) -> Result<Self, StoreError> {
        let pin = pins::read(
            row.pin,
            row.pin_otherwise,
            (row.pin_sent_lat, row.pin_sent_lon, row.pin_datum.as_deref()),
            (row.pin_source.as_deref(), row.pin_set_at),
        )?;
        Ok(Self {
            id: row.id,
            unit_id: row.unit_id,
            external_id: row.external_id,
            name: row.name,
            address: row.address,
            pin,
            own_fence_m: row.fence_m,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Whether the caller answers for `unit_id`: it exists, and is the caller's own unit or lies below it.
///
/// # Errors
/// As any statement.
pub async fn is_own_unit(tx: &mut Tx, unit_id: Uuid) -> Result<bool, StoreError> {
    let (organisation_id, own) = (tx.organisation_id(), tx.scope().unit_id);
    Ok(sqlx::query_scalar!(
        r#"select exists (select from units u where u.organisation_id = $1 and u.id = $3
             and ($2::uuid is null or u.id in (select app.units_within($1, $2)))) as "known!""#,
        organisation_id,
        own,
        unit_id
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// The units that the caller answers for: id and name.
///
/// # Errors
/// As any statement.
pub async fn own_units(tx: &mut Tx) -> Result<Vec<(Uuid, String)>, StoreError> {
    let (organisation_id, own) = (tx.organisation_id(), tx.scope().unit_id);
    let rows = sqlx::query!(
        "select id, name from units where organisation_id = $1 and ($2::uuid is null or id in (select app.units_within($1, $2)))",
        organisation_id,
        own
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
