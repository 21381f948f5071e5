//! How long leads and deals take, and which of them a figure is made of.

mod asked;
mod deals;
mod figures;
mod read;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(read::read)).routes(routes!(deals::deals))
}
