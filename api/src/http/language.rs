//! The reader's language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::texts::Language;

/// The language that `Accept-Language` asks for; Chinese when it asks for nothing we have.
pub fn language_of(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::negotiate(asked)
}

/// Extracts the reader's language.
#[derive(Debug, Clone, Copy)]
pub struct Reads(pub Language);

impl<S: Sync> FromRequestParts<S> for Reads {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(language_of(&parts.headers)))
    }
}
