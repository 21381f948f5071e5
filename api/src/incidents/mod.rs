//! What stalled: timers that ran out, who holds the ball, and what was said to whom.

mod hold;
mod list;
mod show;
mod shown;

pub use list::STATES;
pub use shown::{IncidentView, Words};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(hold::acknowledge))
        .routes(routes!(hold::snooze))
}
