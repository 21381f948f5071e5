//! What the house has to say to one person.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
}
