//! Examples of leads: a contact recorded, the board, a file tried.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Operation;

use super::examples::{answer, request, show};
use crate::leads::examples::{board, contacts, file};

/// Adds the examples to an operation of leads.
pub fn add(operation: &mut Operation) {
    match operation.operation_id.as_deref().unwrap_or_default() {
        "record_lead_contact" => {
            let [(counts, recorded), (attempt, noted)] = contacts();
            request(operation, [("first_contact", "The first contact, with a promise", counts), ("attempt", "Nobody picked up", attempt)]);
            answer(
                operation,
                "200",
                [("first_contact", "The stage goes on", recorded), ("attempt", "Recorded, and the clock runs on", noted)],
            );
        }
        "get_breaker_board" => answer(operation, "200", [("tripped", "A lead that has stood for two days", board())]),
        "import_leads" => {
            let (sent, report) = file();
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                show(body.content.get_mut("text/csv"), [("leads", "One new, one twice, one without a source", json!(sent))]);
            }
            answer(operation, "200", [("dry_run", "What would be entered", report)]);
        }
        _ => {}
    }
}
