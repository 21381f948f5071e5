//! What a unit wants its response to leads to be in a month.

use chrono::{DateTime, NaiveDate, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{self, Action};
use crate::{StoreError, Tx};

/// A target as it was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub unit_id: Uuid,
    /// The first day of the month.
    pub month_on: NaiveDate,
    /// `p50`, `p90` or `mean`.
    pub measure: String,
    /// `natural` or `business`.
    pub clock: String,
    /// `assigned` or `created`.
    pub since: String,
    pub minutes: f64,
    pub set_by: Uuid,
    pub set_at: DateTime<Utc>,
}

/// The target that a unit goes by in a month: its own, or that of the nearest unit above it.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, unit_id: Uuid, month_on: NaiveDate) -> Result<Option<Target>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Target,
        "select t.unit_id, t.month_on, t.measure, t.clock, t.since, t.minutes, t.set_by, t.set_at
         from units own join units theirs on theirs.organisation_id = own.organisation_id and own.path <@ theirs.path
         join lead_response_targets t on t.organisation_id = theirs.organisation_id and t.unit_id = theirs.id and t.month_on = $3
         where own.organisation_id = $1 and own.id = $2 order by nlevel(theirs.path) desc limit 1",
        organisation_id,
        unit_id,
        month_on
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Sets a unit's target of a month, in the place of one that was set before, and records it.
///
/// # Errors
/// As any statement.
pub async fn put(tx: &mut Tx, ids: &Ids, target: &Target) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into lead_response_targets (organisation_id, unit_id, month_on, measure, clock, since, minutes, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (organisation_id, unit_id, month_on) do update set measure = excluded.measure, clock = excluded.clock,
             since = excluded.since, minutes = excluded.minutes, set_by = excluded.set_by, set_at = excluded.set_at",
        organisation_id,
        target.unit_id,
        target.month_on,
        target.measure,
        target.clock,
        target.since,
        target.minutes,
        target.set_by,
        target.set_at
    )
    .execute(&mut *tx)
    .await?;
    // Numbers with fractions are how places are told, so the log holds none.
    let minutes = target.minutes.to_string();
    let data = json!({
        "month_on": target.month_on, "measure": target.measure, "clock": target.clock, "since": target.since, "minutes": minutes,
    });
    let action = Action {
        id: ids.next(),
        actor_id: tx.scope().actor_id(),
        kind: "target.lead_response_set",
        subject_kind: "unit",
        subject_id: target.unit_id,
        occurred_at: target.set_at,
        recorded_at: target.set_at,
        data,
    };
    actions::record(tx, action).await
}
