//! `PUT /v1/calendar`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::calendars::{CalendarFault, CalendarFaultCode, DAYS_MAX, Place, SEGMENTS_MAX, YEARS};
use serde_json::json;
use store::calendars::{self, Cause, Put};

use super::bodies::CalendarBody;
use super::read;
use crate::House;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::if_match;
use crate::sessions::Caller;

/// Put a calendar in force
///
/// It becomes the next version; what was counted by an earlier one keeps that. What says nothing new is no new version. A few days of the
/// organisation's own are sent more easily to `POST /v1/calendar:import?status=manual`.
#[utoipa::path(put, path = "/v1/calendar", tag = "calendars", request_body = CalendarBody,
    params(("If-Match" = String, Header, description = "The version that was read, from `ETag`, or *")), responses(
    (status = 200, description = "In force", body = read::CalendarView, headers(("ETag" = String))),
    (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn put(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Json(sent): Json<CalendarBody>,
) -> Result<Response, Problem> {
    let read_version = if_match(&headers)?;
    let (calendar, delivery_window) = sent.understood()?;
    let now = house.clock.now();
    let data = json!({ "zone": calendar.zone, "days": calendar.days.len(), "years": calendar.years });
    let put = Put { calendar: &calendar, delivery_window, read_version, cause: Cause::Changed, data };
    let mut tx = house.db.begin(&caller.scope).await?;
    let kept = calendars::put(&mut tx, &house.ids, now, put).await?.ok_or(ProblemKind::VersionDiffers)?;
    tx.commit().await?;
    read::answer(&kept, now, caller.language)
}

/// What keeps a calendar from being put in force, pointed at; `place` says where a day stands in what was sent.
pub(super) fn told(fault: CalendarFault, place: impl Fn(NaiveDate) -> String) -> Fault {
    let pointer = match fault.place {
        Place::Week { weekday, segment: SEGMENTS_MAX } if fault.code == CalendarFaultCode::TooMany => format!("/week/{weekday}"),
        Place::Week { weekday, segment } => format!("/week/{weekday}/{segment}/from"),
        Place::Days => "/days".to_owned(),
        Place::Day(date) => place(date) + if fault.code == CalendarFaultCode::OutOfRange { "/date" } else { "/segments" },
        Place::DaySegment { date, .. } if fault.code == CalendarFaultCode::TooMany => place(date) + "/segments",
        Place::DaySegment { date, segment } => format!("{}/segments/{segment}/from", place(date)),
        Place::Year(year) => format!("/years/{year}"),
    };
    match fault.code {
        CalendarFaultCode::OutOfRange => Fault::at(pointer, FaultCode::OutOfRange).allowing(format!("{}..{}", YEARS.start(), YEARS.end())),
        CalendarFaultCode::TooMany => {
            let most = if fault.place == Place::Days { DAYS_MAX } else { SEGMENTS_MAX };
            Fault::at(pointer, FaultCode::TooLong).allowing(format!("0..{most}"))
        }
        CalendarFaultCode::Overlaps | CalendarFaultCode::NotWorked => Fault::at(pointer, FaultCode::NotAllowed),
        CalendarFaultCode::SegmentsNeeded => Fault::at(pointer, FaultCode::Required),
    }
}
