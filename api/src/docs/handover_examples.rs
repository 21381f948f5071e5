//! Examples of hand-overs.

use utoipa::openapi::path::Operation;

use super::examples::{answer, request};
use crate::handovers::examples::asked;

/// Adds the examples to an operation of hand-overs.
pub fn add(operation: &mut Operation) {
    if operation.operation_id.as_deref() == Some("ask_handover") {
        let (sent, told) = asked();
        request(operation, [("terms", "The legal department is asked about payment terms", sent)]);
        answer(operation, "201", [("asked", "The department has the ball", told)]);
    }
}
