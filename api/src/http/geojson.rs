//! Shapes for maps (RFC 7946). They have operations of their own, so that every client, also a generated one, can ask for them.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::extract::Json;

/// The type of `GeoJSON`: always WGS-84, longitude first.
const GEOJSON: HeaderValue = HeaderValue::from_static("application/geo+json");

/// An answer that is a feature collection.
pub fn geojson(collection: impl Serialize) -> Response {
    ([(header::CONTENT_TYPE, GEOJSON)], Json(collection)).into_response()
}
