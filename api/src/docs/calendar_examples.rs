//! Examples of calendars and of the time that they count.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Operation;

use super::examples::{answer, request, show};
use crate::calendars::examples::{CSV, ICALENDAR, budget, calendar, holiday_file, import_report, span, to_put};

/// Adds the examples to an operation of calendars.
pub fn add(operation: &mut Operation) {
    match operation.operation_id.as_deref().unwrap_or_default() {
        "get_calendar" => answer(operation, "200", [("present", "The calendar in force, shortened", calendar())]),
        "put_calendar" => request(operation, [("lunch", "With a lunch break and a short day, shortened", to_put())]),
        "measure_time" => {
            let ((span, measured), (budget, due)) = (span(), budget());
            request(
                operation,
                [("span", "How much people work over the holidays", span), ("budget", "Four hours of work before the holidays", budget)],
            );
            answer(
                operation,
                "200",
                [("span", "Half an hour on either side", measured), ("budget", "Due on the first day after them", due)],
            );
        }
        "import_calendar_days" => import(operation),
        _ => {}
    }
}

fn import(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        show(body.content.get_mut("application/json"), [("notice", "The notice of a year", holiday_file())]);
        show(body.content.get_mut("text/calendar"), [("notice", "The same as iCalendar, with year=2027", json!(ICALENDAR))]);
        show(body.content.get_mut("text/csv"), [("notice", "The same as CSV, with year=2027", json!(CSV))]);
    }
    answer(operation, "200", [("dry_run", "What would change", import_report())]);
}
