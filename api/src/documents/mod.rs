//! Documents: proposals, quotations, contracts and what else customers are sent, by links that tell when a person opened them.

mod add_version;
mod content;
mod create;
pub(crate) mod examples;
mod hits;
mod link;
mod links;
mod list;
pub(crate) mod opened;
mod read;
mod revoke;
mod shown;
mod sign;
mod withdraw;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room. What people with a link are answered is in [`opened`]: pages, and no part of the contract.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::read))
        .routes(routes!(content::content))
        .routes(routes!(add_version::add_version))
        .routes(routes!(links::links, link::link))
        .routes(routes!(sign::sign))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(revoke::revoke))
        .routes(routes!(hits::hits))
}
