//! Figures over many things, and the targets that they are held against.

mod cycle_time;
mod figures;
mod handovers;
mod lead_response;
mod month;
mod target;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(lead_response::lead_response))
        .routes(routes!(handovers::handovers))
        .routes(routes!(target::put))
        .merge(cycle_time::errands())
}
