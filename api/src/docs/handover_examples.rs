//! Examples of hand-overs and documents.

use utoipa::openapi::path::Operation;

use super::examples::{answer, request};
use crate::documents::examples::{document, link};
use crate::handovers::examples::asked;

/// Adds the examples to an operation of hand-overs or documents.
pub fn add(operation: &mut Operation) {
    match operation.operation_id.as_deref().unwrap_or_default() {
        "ask_handover" => {
            let (sent, told) = asked();
            request(operation, [("terms", "The legal department is asked about payment terms", sent)]);
            answer(operation, "201", [("asked", "The department has the ball", told)]);
        }
        "create_document" => request(operation, [("proposal", "A proposal for one customer", document())]),
        "create_document_link" => request(operation, [("recipient", "For one person, until Christmas Eve", link())]),
        _ => {}
    }
}
