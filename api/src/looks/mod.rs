//! Who looked at what: for admins, and for everybody whose own work it is.

mod list;
mod own;
mod shown;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(own::own))
}
