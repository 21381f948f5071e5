//! What changes, live: server-sent events that a phone or a board reads on from where it was.

mod look;
mod watch;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(watch::watch))
}
