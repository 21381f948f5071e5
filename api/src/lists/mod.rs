//! Lists that people work through once a week.

mod done;
mod shown;
mod week;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(week::week)).routes(routes!(done::done))
}
