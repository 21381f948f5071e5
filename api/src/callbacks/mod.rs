//! What providers call us with. Nobody is signed in here: a call is believed for its signature alone.

mod wecom;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(wecom::verify, wecom::notice))
}
