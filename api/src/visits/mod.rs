//! Visits: submitted, judged, reviewed.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
}
