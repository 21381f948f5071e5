//! The organisation itself: its name, zone and language.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Deed, differing, record_deed};
use crate::{StoreError, Tx, calendars};

/// What an organisation says about itself.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    /// An IANA zone.
    pub zone: String,
    pub language: String,
    pub version: i32,
}

/// The scope's organisation.
///
/// # Errors
/// `SessionOver` when it is gone, else as any statement.
pub async fn find(tx: &mut Tx) -> Result<Organisation, StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query_as!(Organisation, "select id, code, name, zone, language, version from organisations where id = $1", organisation_id)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::SessionOver)
}

/// Settings to change; `None` leaves one as it is.
#[derive(Debug, Default)]
pub struct OrganisationChange<'a> {
    pub name: Option<&'a str>,
    pub zone: Option<&'a str>,
    pub language: Option<&'a str>,
}

/// Changes settings of the scope's organisation, and records which; where they are so already, nothing happens. `None` when its version
/// is not `version` any more.
///
/// # Errors
/// As any statement.
pub async fn change(
    tx: &mut Tx,
    ids: &Ids,
    version: Option<i32>,
    change: OrganisationChange<'_>,
    now: DateTime<Utc>,
) -> Result<Option<Organisation>, StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("select id from organisations where id = $1 for no key update", organisation_id).fetch_optional(&mut *tx).await?;
    let before = find(tx).await?;
    if version.is_some_and(|version| version != before.version) {
        return Ok(None);
    }
    let is_other = |wanted: Option<&str>, present: &str| wanted.is_some_and(|wanted| wanted != present);
    let fields = differing([
        ("name", is_other(change.name, &before.name)),
        ("zone", is_other(change.zone, &before.zone)),
        ("language", is_other(change.language, &before.language)),
    ]);
    if fields.is_empty() {
        return Ok(Some(before));
    }
    let changed = sqlx::query_as!(
        Organisation,
        "update organisations set name = coalesce($2, name), zone = coalesce($3, zone), language = coalesce($4, language),
                version = version + 1
         where id = $1
         returning id, code, name, zone, language, version",
        organisation_id,
        change.name,
        change.zone,
        change.language
    );
    let changed = changed.fetch_one(&mut *tx).await?;
    let data = json!({ "fields": fields });
    let deed = Deed { kind: "organisation.changed", subject_kind: "organisation", subject_id: organisation_id, data };
    record_deed(tx, ids, now, deed).await?;
    if changed.zone != before.zone {
        calendars::follow_zone(tx, ids, now, (&before.zone, &changed.zone)).await?;
    }
    Ok(Some(changed))
}
