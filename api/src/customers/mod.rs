//! Customers, their pins and contacts, and bringing them in by the thousand.

mod change;
pub(crate) mod contacts;
mod create;
mod decision_roles;
mod delete;
pub(crate) mod fields;
pub(crate) mod import;
pub(crate) mod list;
mod read;
mod shown;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::read, change::change, delete::delete))
        .merge(contacts::errands())
        .merge(decision_roles::errands())
        .merge(import::errands())
}
