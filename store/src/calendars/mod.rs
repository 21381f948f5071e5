//! The organisation's calendars: versions that stay, so that what went by one can say so.

mod warning;

use chrono::{DateTime, Utc};
use domain::calendars::{Calendar, DeliveryWindow};
use platform::Ids;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::engine::replanning;
use crate::{StoreError, Tx};

pub use warning::warn_of_year;

/// One version: the counting calendar and the hours in which messages are delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub version: i32,
    pub calendar: Calendar,
    pub delivery_window: DeliveryWindow,
    /// Since when it is in force.
    pub created_at: DateTime<Utc>,
}

/// Why there is another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Changed,
    Imported,
}

impl Cause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Imported => "imported",
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Changed => "calendar.changed",
            Self::Imported => "calendar.imported",
        }
    }
}

/// What shall be in force.
#[derive(Debug)]
pub struct Put<'a> {
    pub calendar: &'a Calendar,
    pub delivery_window: DeliveryWindow,
    /// The version that it was made from; `None` puts it in the place of any.
    pub read_version: Option<i32>,
    pub cause: Cause,
    /// What the log shall say beside the version.
    pub data: Value,
}

fn read<T: DeserializeOwned>(kept: Value, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_value(kept).map_err(|_| StoreError::Corrupt { table: "calendars", column })
}

fn write(value: &impl Serialize, column: &'static str) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|_| StoreError::Corrupt { table: "calendars", column })
}

/// The calendar in force.
///
/// # Errors
/// `Corrupt` when the organisation has none, which its founding rules out.
pub async fn newest(tx: &mut Tx) -> Result<Kept, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        "select version, calendar, delivery_window, created_at from calendars where organisation_id = $1 order by version desc limit 1",
        organisation_id
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::Corrupt { table: "calendars", column: "version" })?;
    Ok(Kept {
        version: row.version,
        calendar: read(row.calendar, "calendar")?,
        delivery_window: read(row.delivery_window, "delivery_window")?,
        created_at: row.created_at,
    })
}

/// One version of the calendar, if there has been one of that number.
///
/// # Errors
/// As any statement.
pub async fn version(tx: &mut Tx, version: i32) -> Result<Option<Kept>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        "select calendar, delivery_window, created_at from calendars where organisation_id = $1 and version = $2",
        organisation_id,
        version
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Kept {
        version,
        calendar: read(row.calendar, "calendar")?,
        delivery_window: read(row.delivery_window, "delivery_window")?,
        created_at: row.created_at,
    }))
}

/// Puts a calendar in force as the next version, records it, and has the open timers go by it; `None` when `read_version` is not the newest any more. What says nothing
/// new is no version of its own: the present one is answered.
///
/// # Errors
/// As any statement.
pub async fn put(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, put: Put<'_>) -> Result<Option<Kept>, StoreError> {
    let organisation_id = tx.organisation_id();
    // One after the other: the next number is the newest one's and one.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('calendars' || $1::uuid::text, 0))", organisation_id)
        .execute(&mut *tx)
        .await?;
    let present = newest(tx).await?;
    if put.read_version.is_some_and(|read| read != present.version) {
        return Ok(None);
    }
    if (&present.calendar, present.delivery_window) == (put.calendar, put.delivery_window) {
        return Ok(Some(present));
    }
    let by = tx.scope().actor_id();
    let next = Kept { version: present.version + 1, calendar: put.calendar.clone(), delivery_window: put.delivery_window, created_at: now };
    insert(tx, &next, put.cause.as_str(), by).await?;
    let mut data = put.data;
    if let Some(fields) = data.as_object_mut() {
        fields.insert("version".to_owned(), next.version.into());
    }
    record_deed(tx, ids, now, Deed { kind: put.cause.action(), subject_kind: "organisation", subject_id: organisation_id, data }).await?;
    replanning::begin(tx, ids, None, now).await?;
    Ok(Some(next))
}

/// The organisation's zone has changed: a calendar that went by the one before goes by the new one from now on, and the open timers with it.
/// One that was given a zone of its own keeps it.
///
/// # Errors
/// As any statement; `Corrupt` when the new zone is none.
pub(crate) async fn follow_zone(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, (before, zone): (&str, &str)) -> Result<(), StoreError> {
    let mut kept = newest(tx).await?;
    if kept.calendar.zone.name() != before {
        return Ok(());
    }
    kept.calendar.zone = zone.parse().map_err(|_| StoreError::Corrupt { table: "organisations", column: "zone" })?;
    let wanted = Put {
        calendar: &kept.calendar,
        delivery_window: kept.delivery_window,
        read_version: None,
        cause: Cause::Changed,
        data: serde_json::json!({ "zone": zone }),
    };
    put(tx, ids, now, wanted).await.map(drop)
}

/// Keeps the first version of a new organisation.
///
/// # Errors
/// As any statement.
pub(crate) async fn found(
    tx: &mut Tx,
    calendar: &Calendar,
    delivery_window: DeliveryWindow,
    by: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let first = Kept { version: 1, calendar: calendar.clone(), delivery_window, created_at: now };
    insert(tx, &first, "founded", Some(by)).await
}

async fn insert(tx: &mut Tx, kept: &Kept, cause: &str, by: Option<Uuid>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let (calendar, delivery_window) = (write(&kept.calendar, "calendar")?, write(&kept.delivery_window, "delivery_window")?);
    sqlx::query!(
        "insert into calendars (organisation_id, version, calendar, delivery_window, cause, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        organisation_id,
        kept.version,
        calendar,
        delivery_window,
        cause,
        by,
        kept.created_at
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
