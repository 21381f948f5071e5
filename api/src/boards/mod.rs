//! Boards: what counts, and what was left out and why.

pub(crate) mod breaker;
mod evidence;
mod health;
pub(crate) mod span;
mod visits;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(breaker::breaker))
        .routes(routes!(visits::visits))
        .routes(routes!(evidence::evidence))
        .routes(routes!(health::health))
}
