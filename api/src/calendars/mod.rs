//! Working calendars: read, changed, imported, and asked what time counts.

mod bodies;
mod days;
pub mod examples;
mod import;
mod measure;
mod put;
mod read;
mod warnings;

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, header};
use domain::texts::Language;
use store::Tx;
use store::calendars::{self, Kept};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Whole;
use crate::http::versions::etag;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(read::read, put::put))
        .routes(routes!(days::days))
        .routes(routes!(measure::measure))
        .routes(routes!(import::import))
}

/// A version's number.
type VersionNumber = Whole<1, { i32::MAX as i64 }>;

/// The version that is asked for, or the one in force.
async fn asked_version(tx: &mut Tx, version: Option<VersionNumber>) -> Result<Kept, Problem> {
    match version.and_then(|version| i32::try_from(version.get()).ok()) {
        Some(version) => Ok(calendars::version(tx, version).await?.ok_or(ProblemKind::NotFound)?),
        None => Ok(calendars::newest(tx).await?),
    }
}

/// The headers of an answer about one version.
fn tagged(version: i32, language: Language) -> [(HeaderName, HeaderValue); 2] {
    [(header::ETAG, etag(version)), (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()))]
}
