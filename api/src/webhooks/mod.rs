//! Systems' endpoints: where events go, signed, and what became of each.

mod bodies;
pub mod catalogue;
mod change;
mod create;
mod deliveries;
mod list;
mod test;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::read, change::change, change::remove))
        .routes(routes!(test::test))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::replay))
}
