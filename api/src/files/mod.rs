//! Files that people send: their bytes become letters, and letters records, whatever room they are for.

pub mod cells;
pub mod heading;
pub mod letters;
pub mod records;

use axum::http::{HeaderMap, header};
use encoding_rs::Encoding;

use crate::http::problem::{Problem, ProblemKind};

/// What a file is said to be, in small letters, and the encoding of its text if that is said, too.
///
/// # Errors
/// `TypeUnsupported` when nothing is said, or an encoding that nobody knows.
pub fn content_type(headers: &HeaderMap) -> Result<(String, Option<&'static Encoding>), Problem> {
    let refused = || Problem::from(ProblemKind::TypeUnsupported);
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).ok_or_else(refused)?;
    let (kind, parameters) = declared.split_once(';').unwrap_or((declared, ""));
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    let encoding = charset.map(|charset| Encoding::for_label(charset.as_bytes()).ok_or_else(refused)).transpose()?;
    Ok((kind.trim().to_ascii_lowercase(), encoding))
}
