//! `POST /d/{token}/seen`: what a page says when it has been in front of somebody for a while.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::documents::visitor::Doubt;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::documents::hits::{self, Said};

use super::open;
use super::visitor::Visitor;
use crate::House;
use crate::http::problem::Problem;

#[derive(Debug, Deserialize)]
struct Seen {
    nonce: String,
    /// By its own account, which is believed for no longer than since it was handed out.
    visible_ms: f64,
    /// A program drives the browser, and the browser says so.
    #[serde(default)]
    automated: bool,
}

/// Takes it in. The answer says nothing, whatever came of it.
pub async fn seen(
    State(house): State<Arc<House>>,
    Path(token): Path<String>,
    visitor: Visitor,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let (mut tx, live) = open(&house, &token).await?;
    if let Some((live, seen)) = live.zip(serde_json::from_slice::<Seen>(&body).ok()) {
        #[expect(clippy::cast_possible_truncation, reason = "within bounds, and the fraction of a millisecond is nobody's")]
        let visible_ms = if seen.visible_ms.is_finite() { seen.visible_ms.clamp(0.0, 86_400_000.0) as i32 } else { 0 };
        let doubt = visitor.doubt.or(seen.automated.then_some(Doubt::Automated));
        let said = Said { nonce_sha256: &Sha256::digest(&seen.nonce), visible_ms, doubt };
        hits::seen(&mut tx, &house.ids, house.clock.now(), &live, &said).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
