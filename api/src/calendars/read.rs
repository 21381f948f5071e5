//! `GET /v1/calendar`

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::calendars::{Calendar, YearStatus};
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use store::calendars::Kept;
use utoipa::{IntoParams, ToSchema};

use super::bodies::{CalendarBody, DayView};
use super::warnings::{self, Warning};
use super::{VersionNumber, asked_version, tagged};
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Query};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// How many of the next unusual days are shown.
const NEXT_DAYS: usize = 10;

/// Which calendar.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// A version that was in force; the present one when left out.
    #[serde(default)]
    #[param(required = false)]
    version: Option<VersionNumber>,
}

/// A version of the organisation's calendar, and what to know about it today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersionedCalendar)]
pub struct CalendarView {
    #[schema(example = 1)]
    version: i32,
    in_force_from: DateTime<Utc>,
    /// What `PUT` takes.
    calendar: CalendarBody,
    /// Every year of which something is known, the present one and the next.
    years: Vec<YearView>,
    /// The next days that are unlike their weekday.
    next_days: Vec<DayView>,
    /// Years whose notice should be in and is not.
    warnings: Vec<Warning>,
}

/// A year at a glance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarYearSummary)]
pub struct YearView {
    #[schema(example = 2026)]
    year: i32,
    #[schema(value_type = lists::CalendarYearStatus)]
    status: YearStatus,
    /// Days off, weekends within holidays included.
    #[schema(example = 33)]
    days_off: usize,
    /// Days that are worked although their weekday is free.
    #[schema(example = 6)]
    days_made_up: usize,
}

/// The working calendar
///
/// Segments of every weekday, the days that are unlike their weekday, the standing of each year, and the hours in which messages are
/// delivered. A version stays what it is, so that a measure or deadline can name the one that it went by.
#[utoipa::path(get, path = "/v1/calendar", tag = "calendars", params(Asked), responses(
    (status = 200, description = "The calendar", body = CalendarView, headers(("ETag" = String))),
    (status = 404, description = "`not_found`: there has been no such version", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let kept = asked_version(&mut tx, asked.version).await?;
    tx.commit().await?;
    answer(&kept, house.clock.now(), caller.language)
}

/// One version as it is answered.
pub(super) fn answer(kept: &Kept, now: DateTime<Utc>, language: Language) -> Result<Response, Problem> {
    let headers = tagged(kept.version, language);
    let view = view(kept, now, language).ok_or(ProblemKind::Bug)?;
    Ok((headers, Json(view)).into_response())
}

pub(super) fn view(kept: &Kept, now: DateTime<Utc>, language: Language) -> Option<CalendarView> {
    let calendar = &kept.calendar;
    let today = now.with_timezone(&calendar.zone).date_naive();
    Some(CalendarView {
        version: kept.version,
        in_force_from: kept.created_at,
        years: years(calendar, today),
        next_days: calendar.days.range(today..).take(NEXT_DAYS).map(|(date, _)| DayView::of(calendar, *date, language)).collect(),
        warnings: warnings::of_today(calendar, today, language),
        calendar: CalendarBody::of(calendar, kept.delivery_window)?,
    })
}

fn years(calendar: &Calendar, today: NaiveDate) -> Vec<YearView> {
    let known: BTreeSet<i32> = calendar.years.keys().copied().chain([today.year(), today.year() + 1]).collect();
    let summary = |year| {
        let of_year = || calendar.days.iter().filter(move |(date, _)| date.year() == year);
        YearView {
            year,
            status: calendar.year(year),
            days_off: of_year().filter(|(_, day)| !day.works).count(),
            days_made_up: of_year().filter(|(date, day)| day.works && calendar.week.of(date.weekday()).is_empty()).count(),
        }
    };
    known.into_iter().map(summary).collect()
}
