//! The ways to people that an organisation has set up, and where each person is reached.

mod addresses;
mod bodies;
mod put;
mod read;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub(crate) use bodies::opened;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(read::list)).routes(routes!(read::read, put::put)).routes(routes!(addresses::read, addresses::put))
}
