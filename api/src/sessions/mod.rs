//! Signing in, staying in, and who calls.

pub mod bearer_key;
pub mod caller;
pub mod jwks;
pub mod keyring;

pub use caller::Caller;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(jwks::published))
}
