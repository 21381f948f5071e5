//! The story of a customer and of a deal: everything that happened, in order, masked, for whoever answers for it to read.

mod alerts;
mod customer;
mod deal;
mod pages;
mod pictures;
mod shown;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(customer::customer)).routes(routes!(deal::deal))
}
