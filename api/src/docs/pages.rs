//! The contract and the pages to read it, as they are served.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use super::reader::FILES;
use super::{checks, contract_text, problems};
use crate::House;
use crate::http::language::Reads;

/// The contract's text, made once.
#[derive(Clone)]
pub struct Contract {
    text: Arc<str>,
    tag: HeaderValue,
}

impl Contract {
    pub fn new(api: &utoipa::openapi::OpenApi) -> Self {
        let text = contract_text(api);
        Self { tag: tag_of(text.as_bytes()), text: text.into() }
    }

    fn send(&self, headers: &HeaderMap) -> Response {
        let common = [(header::ETAG, self.tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
        if is_known(&self.tag, headers) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.text.to_string()).into_response()
    }
}

/// `/openapi.json`, `/docs` and what they load.
pub fn pages(contract: Contract) -> Router<Arc<House>> {
    let mut router = Router::new()
        .route("/openapi.json", get(async move |headers: HeaderMap| contract.send(&headers)))
        // Where people begin when they know nothing but the address, and what many type.
        .route("/", get(async || Redirect::temporary("/docs")))
        .route("/docs/", get(async || Redirect::permanent("/docs")))
        .route("/docs/problems", get(async |Reads(language)| problems::page(language)))
        .route("/docs/checks", get(async |Reads(language)| checks::page(language)));
    for file in FILES {
        router = router.route(file.path, get(async |headers: HeaderMap| file.send(&headers)));
    }
    router
}

/// The entity tag of some bytes.
pub fn tag_of(bytes: &[u8]) -> HeaderValue {
    let digest: String = hex::encode(Sha256::digest(bytes)).chars().take(32).collect();
    HeaderValue::from_str(&format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// Whether the client says that it has this already.
pub fn is_known(tag: &HeaderValue, headers: &HeaderMap) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes())
}
