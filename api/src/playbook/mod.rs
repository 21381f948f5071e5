//! The organisation's playbook: read as it was written or as JSON, checked, tried on the past, and put in force.

mod check;
mod document;
mod faults;
pub mod known;
mod put;
mod read;
mod replanning;
mod simulate;
mod simulation;

pub use replanning::STATES as REPLANNING_STATES;
pub use simulation::{DIFFERS, STATES as SIMULATION_STATES};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands about the playbook.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(read::read, put::put))
        .routes(routes!(check::check))
        .routes(routes!(replanning::read))
        .routes(routes!(simulate::simulate))
        .routes(routes!(simulation::read))
}
