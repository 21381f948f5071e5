//! Attachments: files declared, uploaded, verified and looked at, and handed out as downloads. What they belong to, the other rooms say.

mod check;
mod content;
mod declare;
mod download;
pub(crate) mod landing;
mod link;
mod serve;
mod show;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub use link::{Link, link_to};
pub use serve::{Disposition, served};
pub use show::AttachmentBody;

/// The errands of this room. Files are streamed: their size is limited by what was declared, not by what fits in memory.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    let streamed = OpenApiRouter::new().routes(routes!(content::upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(declare::declare))
        .routes(routes!(show::show))
        .routes(routes!(check::check))
        .routes(routes!(content::content))
        .routes(routes!(download::download))
        .merge(streamed)
}
