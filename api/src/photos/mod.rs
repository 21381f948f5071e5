//! Photos: declared, uploaded, verified, shown.

mod content;
mod declare;
pub mod landing;
mod picture;
mod show;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub use declare::UploadTicket;
pub use show::{Octets, PhotoView};

/// The errands of this room. Photos are streamed: their size is limited by what was declared, not by what fits in memory.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    let streamed = OpenApiRouter::new().routes(routes!(content::upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().routes(routes!(declare::declare)).routes(routes!(show::show)).routes(routes!(picture::picture)).merge(streamed)
}
