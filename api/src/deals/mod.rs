//! Deals: begun, told about, and moved on by what is known of them. What was told may be told again; an edit stops no timer.

mod act;
mod assign;
mod attach;
mod change;
mod contacts;
mod create;
mod desk;
pub(crate) mod examples;
mod journal;
mod list;
mod node;
mod options;
mod place;
mod read;
mod said;
mod shapes;
mod shown;
mod told;
mod write;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub use shown::DealBody;
pub(crate) use told::TOLD;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(options::options))
        .routes(routes!(journal::journal, act::act))
        .routes(routes!(write::write))
        .routes(routes!(attach::list, attach::attach))
        .routes(routes!(contacts::list))
        .routes(routes!(node::node))
        .routes(routes!(place::place))
        .routes(routes!(assign::assign))
}
