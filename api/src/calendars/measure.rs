//! `POST /v1/calendar:measure`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use domain::calendars::{Clock, YearStatus};
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use store::calendars::Kept;
use utoipa::ToSchema;

use super::warnings::{self, Warning};
use super::{VersionNumber, asked_version, tagged};
use crate::House;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::values::{Instant, Whole};
use crate::sessions::Caller;

/// A span to measure (`from` and `to`), or a budget of working time to find the end of (`from` and `budget_minutes`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimeToMeasure)]
pub struct Asked {
    from: Instant,
    /// Not before `from`.
    to: Option<Instant>,
    budget_minutes: Option<Whole<0, 1_000_000>>,
    /// By a version that was in force; by the present one when left out.
    calendar_version: Option<VersionNumber>,
}

/// What was asked for, as the calendar counts it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MeasuredTime)]
pub struct Measured {
    /// The version that was counted by.
    #[schema(example = 1)]
    calendar_version: i32,
    from: DateTime<Utc>,
    /// Where the span ends: as asked, or when the budget is used up; null when it never is.
    to: Option<DateTime<Utc>>,
    /// Minutes by the clock on the wall.
    #[schema(example = 11040.0)]
    natural_minutes: Option<f64>,
    /// Minutes that people work.
    #[schema(example = 60.0)]
    business_minutes: f64,
    /// When a budget is used up: exactly at the end of a segment when it ends with it. Null for a span, and when it never is.
    due_at: Option<DateTime<Utc>>,
    /// When a message about it is delivered unless it is urgent: the first moment of the delivery window that is not before `due_at`.
    deliver_at: Option<DateTime<Utc>>,
    /// The weakest standing of the years that it rests on.
    #[schema(value_type = lists::CalendarYearStatus)]
    status: YearStatus,
    warnings: Vec<Warning>,
}

/// Measure time that counts
///
/// How much of a span people work, or when a budget of working time is used up: over nights, weekends, holidays and make-up days, and also
/// where clocks are changed. Nothing is kept.
#[utoipa::path(post, path = "/v1/calendar:measure", tag = "calendars", request_body = Asked, responses(
    (status = 200, description = "As counted", body = Measured, headers(("ETag" = String))),
    (status = 404, description = "`not_found`: there has been no such version", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn measure(State(house): State<Arc<House>>, caller: Caller, Json(asked): Json<Asked>) -> Result<Response, Problem> {
    let span = Span::of(&asked)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let kept = asked_version(&mut tx, asked.calendar_version).await?;
    tx.commit().await?;
    let headers = tagged(kept.version, caller.language);
    Ok((headers, Json(measured(&kept, asked.from.0, span, caller.language))).into_response())
}

/// What to measure from an instant on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Span {
    Until(DateTime<Utc>),
    Budget(TimeDelta),
}

impl Span {
    fn of(asked: &Asked) -> Result<Self, Problem> {
        match (asked.to, asked.budget_minutes) {
            (Some(to), None) if to >= asked.from => Ok(Self::Until(to.0)),
            (Some(_), None) => Err(Fault::at("/to", FaultCode::OutOfRange).allowing(">= from").into()),
            (None, Some(minutes)) => Ok(Self::Budget(TimeDelta::minutes(minutes.get()))),
            (None, None) => Err(Fault::at("/to", FaultCode::Required).allowing("to, budget_minutes").into()),
            (Some(_), Some(_)) => Err(Fault::at("/budget_minutes", FaultCode::NotAllowed).allowing("to, budget_minutes").into()),
        }
    }
}

pub(super) fn measured(kept: &Kept, from: DateTime<Utc>, span: Span, language: Language) -> Measured {
    let calendar = &kept.calendar;
    let clock = Clock::Working(calendar);
    let (to, business, status) = match span {
        Span::Until(to) => {
            let counted = clock.elapsed(from, to);
            (Some(to), counted.value, counted.status)
        }
        Span::Budget(budget) => {
            let counted = clock.due(from, budget);
            (counted.value.at(), budget, counted.status)
        }
    };
    let due_at = to.filter(|_| matches!(span, Span::Budget(_)));
    let year_of = |at: DateTime<Utc>| at.with_timezone(&calendar.zone).year();
    // A span that ends at midnight ends with the day before.
    let last = to.map_or(from, |to| (to - TimeDelta::microseconds(1)).max(from));
    let mut warnings = warnings::of_years(calendar, year_of(from)..=year_of(last), language);
    if to.is_none() {
        warnings = vec![Warning::never_due(language)];
    }
    Measured {
        calendar_version: kept.version,
        from,
        to,
        natural_minutes: to.map(|to| minutes(Clock::Wall.elapsed(from, to).value)),
        business_minutes: minutes(business),
        due_at,
        deliver_at: due_at.and_then(|at| kept.delivery_window.next_open(calendar, at).at()),
        status,
        warnings,
    }
}

fn minutes(time: TimeDelta) -> f64 {
    time.as_seconds_f64() / 60.0
}
