//! What the house has to say to one person.

mod acknowledge;
mod list;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub(crate) use list::{InterventionView, read};

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(acknowledge::acknowledge))
}
