//! `ETag` and `If-Match` on things that people edit: nobody overwrites what they have not read.

use axum::http::{HeaderMap, HeaderValue, header};

use super::fault::{Fault, FaultCode};
use super::problem::{Problem, ProblemKind};

/// The entity tag of a row's version.
pub fn etag(version: i32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that the client read, from `If-Match`; `*` matches any.
///
/// # Errors
/// `VersionNeeded` without the header, `MalformedRequest` when it is not one of our tags.
pub fn if_match(headers: &HeaderMap) -> Result<Option<i32>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Err(ProblemKind::VersionNeeded.into()) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.trim_start_matches("W/").trim_matches('"').parse().ok();
    version.map(Some).ok_or_else(|| Problem::with(ProblemKind::MalformedRequest, Fault::at("If-Match", FaultCode::Malformed)))
}

/// Refuses who has read another version than the `present` one.
///
/// # Errors
/// `VersionDiffers`.
pub fn unchanged(read: Option<i32>, present: i32) -> Result<(), Problem> {
    if read.is_none_or(|read| read == present) { Ok(()) } else { Err(ProblemKind::VersionDiffers.into()) }
}
