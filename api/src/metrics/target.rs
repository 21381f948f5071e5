//! `PUT /v1/targets/lead-response`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::calendars::Clock;
use domain::leads::response::Figures;
use serde::{Deserialize, Serialize};
use store::calendars::{self, Kept};
use store::leads::responses::Since;
use store::leads::targets::{self, Target};
use store::{StoreError, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use super::figures::figures;
use super::lead_response::{SinceName, rows, zone};
use super::month::{Month, start_of};
use crate::House;
use crate::customers::fields::known_unit;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Decimal;
use crate::sessions::Caller;

/// The figure that a target is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadResponseMeasure)]
pub enum Measure {
    P50,
    P90,
    Mean,
}

/// The clock that a target goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadResponseClock)]
pub enum ClockName {
    /// The clock on the wall.
    Natural,
    /// The working time of the organisation's calendar.
    Business,
}

/// What a unit wants to reach in a month.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadResponseTarget)]
pub struct TargetBody {
    /// The unit whose leads, and those of the units below it, are measured.
    unit_id: Uuid,
    #[schema(value_type = Month)]
    month: Month,
    measure: Measure,
    clock: ClockName,
    #[serde(default)]
    since: SinceName,
    /// At most so many minutes.
    #[schema(example = 120.0)]
    minutes: Decimal<1, 100_000>,
}

/// A target, and how far the month has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadResponseProgress)]
pub struct Progress {
    pub target: TargetBody,
    /// The figure as it stands; null while too many leads are open to tell, or there are none.
    #[schema(example = 95.0)]
    pub minutes: Option<f64>,
    /// Whether the figure is within the target now; null while there is none.
    pub is_met: Option<bool>,
    pub answered: usize,
    pub open: usize,
    /// The month is over: nothing new begins in it.
    pub is_month_over: bool,
    pub set_by: Uuid,
    pub set_at: DateTime<Utc>,
}

/// Set a month's target
///
/// In the place of one that was set before; `GET /v1/metrics/lead-response` shows how far the month has come. Units below go by it unless they have one of their own.
#[utoipa::path(put, path = "/v1/targets/lead-response", tag = "boards", request_body = TargetBody,
    responses((status = 200, description = "The target, and how far the month has come", body = Progress)))]
pub async fn put(State(house): State<Arc<House>>, caller: Caller, Json(request): Json<TargetBody>) -> Result<Json<Progress>, Problem> {
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let target = Target {
        unit_id: known_unit(&mut tx, request.unit_id).await?,
        month_on: request.month.0,
        measure: name(&request.measure)?,
        clock: name(&request.clock)?,
        since: Since::from(request.since).as_str().to_owned(),
        minutes: request.minutes.get(),
        set_by: caller.id(),
        set_at: now,
    };
    targets::put(&mut tx, &house.ids, &target).await?;
    let (zone, kept) = (zone(&mut tx).await?, calendars::newest(&mut tx).await?);
    let progress = progress(&mut tx, target.unit_id, request.month, &kept, zone, now).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(progress))
}

fn name(value: &impl Serialize) -> Result<String, Problem> {
    let written = serde_json::to_value(value).ok();
    written.and_then(|value| value.as_str().map(str::to_owned)).ok_or_else(|| ProblemKind::Bug.into())
}

fn named<T: for<'de> Deserialize<'de>>(kept: &str, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::from(kept)).map_err(|_| StoreError::Corrupt { table: "lead_response_targets", column })
}

/// How far the leads of a unit's month have come, held against the target that it goes by; `None` where none is set.
///
/// # Errors
/// As any statement.
pub async fn progress(
    tx: &mut Tx,
    unit_id: Uuid,
    month: Month,
    kept: &Kept,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<Progress>, Problem> {
    let Some(target) = targets::find(tx, unit_id, month.0).await? else { return Ok(None) };
    let (measure, clock, since) = (named(&target.measure, "measure")?, named(&target.clock, "clock")?, named(&target.since, "since")?);
    let span = (start_of(month.0, zone), start_of(month.end(), zone));
    let rows = rows(tx, SinceName::into(since), span, Some(unit_id)).await?;
    let figures = figures(rows.iter(), clock_of(clock, kept), now);
    let minutes = measured(figures, measure);
    let minutes_max = Decimal::new(target.minutes).ok_or(StoreError::Corrupt { table: "lead_response_targets", column: "minutes" })?;
    Ok(Some(Progress {
        target: TargetBody { unit_id: target.unit_id, month, measure, clock, since, minutes: minutes_max },
        is_met: minutes.map(|minutes| minutes <= target.minutes),
        minutes,
        answered: figures.answered,
        open: figures.open,
        is_month_over: now >= span.1,
        set_by: target.set_by,
        set_at: target.set_at,
    }))
}

fn clock_of(clock: ClockName, kept: &Kept) -> Clock<'_> {
    match clock {
        ClockName::Natural => Clock::Wall,
        ClockName::Business => Clock::Working(&kept.calendar),
    }
}

fn measured(figures: Figures, measure: Measure) -> Option<f64> {
    match measure {
        Measure::P50 => figures.p50,
        Measure::P90 => figures.p90,
        Measure::Mean => figures.mean,
    }
}
