//! People: the organisation, its units and users, integrators' keys, trusted issuers.

pub mod found;
pub mod issuers;
pub mod keys;
pub mod me;
pub mod organisation;
pub mod units;
pub mod users;
pub mod values;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(me::me))
        .routes(routes!(organisation::read, organisation::change))
        .routes(routes!(units::list, units::create))
        .routes(routes!(units::read, units::change, units::remove))
        .routes(routes!(users::read::list, users::create::create))
        .routes(routes!(users::read::read, users::change::change))
        .routes(routes!(users::password::set))
        .routes(routes!(users::sessions::list))
        .routes(routes!(users::sessions::end))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(issuers::list))
        .routes(routes!(issuers::put, issuers::remove))
}
