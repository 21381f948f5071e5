//! Examples of deals: the kinds of actions that are told.

use utoipa::openapi::path::Operation;

use super::examples::request;
use crate::deals::examples::actions;

/// Adds the examples to an operation of deals.
pub fn add(operation: &mut Operation) {
    if operation.operation_id.as_deref() == Some("record_deal_action") {
        request(operation, actions());
    }
}
