//! The word to the admins that the next year's notice is not in.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use platform::Ids;
use serde_json::json;

use super::newest;
use crate::actions::{Action, record};
use crate::people::organisation;
use crate::{StoreError, Tx, notices};

/// Tells the admins and the log that the next year's days are not certain, once for each of the days on which that is told in the
/// organisation's zone; whether it was told now.
///
/// # Errors
/// As any statement.
pub async fn warn_of_year(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let zone = organisation::find(tx).await?.zone;
    let zone = zone.parse::<Tz>().map_err(|_| StoreError::Corrupt { table: "organisations", column: "zone" })?;
    let Some(warning) = newest(tx).await?.calendar.year_warning(now.with_timezone(&zone).date_naive()) else { return Ok(false) };
    let told = sqlx::query!(
        "insert into calendar_warnings (organisation_id, warned_on, year, told_at) values ($1, $2, $3, $4) on conflict do nothing",
        organisation_id,
        warning.on,
        warning.year,
        now
    );
    if told.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let data = json!({ "year": warning.year, "status": warning.status.as_str() });
    let action = Action {
        id: ids.next(),
        actor_id: None,
        kind: "calendar.year_uncertain",
        subject_kind: "organisation",
        subject_id: organisation_id,
        occurred_at: now,
        recorded_at: now,
        data: data.clone(),
    };
    record(tx, action).await?;
    notices::tell_admins(tx, "calendar_year_uncertain", data, now, ids).await?;
    Ok(true)
}
