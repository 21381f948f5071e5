//! Pins: where a customer is, what was sent to say so, and what follows when that changes.

use chrono::{DateTime, Utc};
use domain::place::{Datum, Located, SentPosition};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::geography::Geog;
use crate::queue::{self, CustomerChore, REJUDGE_CUSTOMER};
use crate::{StoreError, Tx};

/// Who set a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinSource {
    /// A person, in a form or on a map.
    Manual,
    Import,
    /// Proposed by a visit's photo and accepted.
    Visit,
}

impl PinSource {
    /// The source's name in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Import => "import",
            Self::Visit => "visit",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Manual, Self::Import, Self::Visit].into_iter().find(|source| source.as_str() == text)
    }
}

/// Where a customer is: as it was sent, and in WGS-84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pin {
    pub located: Located,
    pub sent: SentPosition,
    pub source: PinSource,
    pub set_at: DateTime<Utc>,
}

impl Pin {
    /// The pin that `sent` describes; `None` when it is no place on the globe.
    pub fn new(sent: SentPosition, source: PinSource, set_at: DateTime<Utc>) -> Option<Self> {
        Some(Self { located: sent.to_wgs84()?, sent, source, set_at })
    }
}

/// A datum's name in tables and on the wire.
pub const fn datum_name(datum: Datum) -> &'static str {
    match datum {
        Datum::Wgs84 => "wgs84",
        Datum::Gcj02 => "gcj02",
        Datum::Bd09 => "bd09",
    }
}

/// The datum of a name.
pub fn datum_named(name: &str) -> Option<Datum> {
    [Datum::Wgs84, Datum::Gcj02, Datum::Bd09].into_iter().find(|datum| datum_name(*datum) == name)
}

/// Reads the columns of a pin; they are all there or all null.
pub(super) fn read(
    pin: Option<Geog>,
    otherwise: Option<Geog>,
    (lat, lon, datum): (Option<f64>, Option<f64>, Option<&str>),
    (source, set_at): (Option<&str>, Option<DateTime<Utc>>),
) -> Result<Option<Pin>, StoreError> {
    let Some(Geog(position)) = pin else { return Ok(None) };
    let corrupt = |column| StoreError::Corrupt { table: "customers", column };
    let sent = SentPosition {
        lat: lat.ok_or_else(|| corrupt("pin_sent_lat"))?,
        lon: lon.ok_or_else(|| corrupt("pin_sent_lon"))?,
        datum: datum.and_then(datum_named).ok_or_else(|| corrupt("pin_datum"))?,
    };
    Ok(Some(Pin {
        located: Located { position, otherwise: otherwise.map(|Geog(position)| position) },
        sent,
        source: source.and_then(PinSource::parse).ok_or_else(|| corrupt("pin_source"))?,
        set_at: set_at.ok_or_else(|| corrupt("pin_set_at"))?,
    }))
}

/// Gives a customer another pin, or takes it away: records who did it and where either pin came from, and has the visits judged again that
/// did not count. The caller has seen to it that the actor may do this.
///
/// # Errors
/// As any statement.
pub async fn replace(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    customer_id: Uuid,
    (before, after): (Option<&Pin>, Option<&Pin>),
) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let located = after.map(|pin| pin.located);
    sqlx::query!(
        "update customers set pin = $3, pin_otherwise = $4, pin_sent_lat = $5, pin_sent_lon = $6, pin_datum = $7, pin_source = $8,
             pin_set_at = $9, version = version + 1, updated_at = $10
         where organisation_id = $1 and id = $2 and deleted_at is null",
        organisation_id,
        customer_id,
        located.map(|located| Geog(located.position)) as Option<Geog>,
        located.and_then(|located| located.otherwise).map(Geog) as Option<Geog>,
        after.map(|pin| pin.sent.lat),
        after.map(|pin| pin.sent.lon),
        after.map(|pin| datum_name(pin.sent.datum)),
        after.map(|pin| pin.source.as_str()),
        after.map(|pin| pin.set_at),
        now
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "before": before.map(told), "after": after.map(told) });
    record_deed(tx, ids, now, Deed { kind: "customer.pin_changed", subject_kind: "customer", subject_id: customer_id, data }).await?;
    changed(tx, customer_id).await
}

/// What the log keeps of a pin: never where it is.
fn told(pin: &Pin) -> serde_json::Value {
    json!({ "datum": datum_name(pin.sent.datum), "source": pin.source.as_str() })
}

/// A customer's pin has changed: its visits that did not count are judged again by the workers. Without such a visit there is nothing to do.
///
/// # Errors
/// As any statement.
pub async fn changed(tx: &mut Tx, customer_id: Uuid) -> Result<(), StoreError> {
    many_changed(tx, &[customer_id]).await
}

/// As [`changed`], for many customers at once.
///
/// # Errors
/// As any statement.
pub async fn many_changed(tx: &mut Tx, customer_ids: &[Uuid]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let visited = sqlx::query_scalar!(
        "select c.id from customers c where c.organisation_id = $1 and c.id = any($2)
           and exists (select from visits v where v.organisation_id = $1 and v.customer_id = c.id and v.status in ('invalid', 'review'))",
        organisation_id,
        customer_ids
    )
    .fetch_all(&mut *tx)
    .await?;
    for customer_id in visited {
        let key = format!("rejudge:{customer_id}");
        queue::enqueue(tx, REJUDGE_CUSTOMER, &CustomerChore { organisation_id, customer_id }, &key, None).await?;
    }
    Ok(())
}
