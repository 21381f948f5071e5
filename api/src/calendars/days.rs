//! `GET /v1/calendar/days`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bodies::DayView;
use super::warnings::{self, Warning};
use super::{VersionNumber, asked_version, tagged};
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Day;
use crate::sessions::Caller;

/// Most days of one answer: a year and a month.
const DAYS_MAX: i64 = 400;
/// How many days follow the first one unless asked otherwise.
const DAYS_USUAL: u64 = 30;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// First civil day in the calendar's zone; today when left out.
    #[serde(default)]
    #[param(required = false)]
    from: Option<Day>,
    /// Last civil day; thirty days after the first when left out. At most 400 days in all.
    #[serde(default)]
    #[param(required = false)]
    to: Option<Day>,
    /// By a version that was in force; by the present one when left out.
    #[serde(default)]
    #[param(required = false)]
    version: Option<VersionNumber>,
}

/// Days one after the other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarDays)]
pub struct DaysView {
    #[schema(example = 1)]
    version: i32,
    #[schema(example = "Asia/Shanghai")]
    zone: String,
    items: Vec<DayView>,
    /// Years among these days whose notice is not in.
    warnings: Vec<Warning>,
}

/// Days, worked or not
///
/// Every day of a span with its segments, its name if it has one, and how far it can be trusted.
#[utoipa::path(get, path = "/v1/calendar/days", tag = "calendars", params(Asked), responses(
    (status = 200, description = "The days", body = DaysView, headers(("ETag" = String))),
    (status = 404, description = "`not_found`: there has been no such version", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn days(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let kept = asked_version(&mut tx, asked.version).await?;
    tx.commit().await?;
    let calendar = &kept.calendar;
    let today = house.clock.now().with_timezone(&calendar.zone).date_naive();
    let (from, to) = span(&asked, today)?;
    let view = DaysView {
        version: kept.version,
        zone: calendar.zone.name().to_owned(),
        items: from.iter_days().take_while(|date| *date <= to).map(|date| DayView::of(calendar, date, caller.language)).collect(),
        warnings: warnings::of_years(calendar, from.year()..=to.year(), caller.language),
    };
    Ok((tagged(kept.version, caller.language), Json(view)).into_response())
}

fn span(asked: &Asked, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Problem> {
    let from = asked.from.map_or(today, |day| day.0);
    let to = asked.to.map_or_else(|| from.checked_add_days(Days::new(DAYS_USUAL)).unwrap_or(from), |day| day.0);
    let days = to.signed_duration_since(from).num_days() + 1;
    if !(1..=DAYS_MAX).contains(&days) {
        let fault = Fault::at("?to", FaultCode::OutOfRange).allowing(format!("1..{DAYS_MAX} days"));
        return Err(Problem::with(ProblemKind::MalformedRequest, fault));
    }
    Ok((from, to))
}
