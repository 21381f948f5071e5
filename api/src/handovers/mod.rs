//! Hand-overs: what one department asks of another, and what comes back. Only the deeds here stop the clock of a hand-over.

mod answer;
mod ask;
mod ask_again;
mod desk;
pub(crate) mod examples;
mod give_back;
mod list;
mod read;
mod shown;
mod withdraw;

pub(crate) use list::department;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, ask::ask))
        .routes(routes!(read::read))
        .routes(routes!(ask_again::ask_again))
        .routes(routes!(answer::answer))
        .routes(routes!(give_back::give_back))
        .routes(routes!(withdraw::withdraw))
}
