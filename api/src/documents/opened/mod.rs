//! What somebody with a link is answered: a light page that opens the file, and nothing else.
//!
//! An unknown token, one that has run out and one that was revoked are answered alike, with the same work done for each. Whatever asks is
//! written down; it counts as an opening by a person only when the page says that it was seen for a while, and nothing speaks for a machine
//! ([`domain::documents`]). These are pages for people, served beside the contract like its reader.

mod file;
mod page;
mod seen;
mod visitor;
mod wording;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use sha2::{Digest, Sha256};
use store::Tx;
use store::documents::links::{self, Live};

use crate::House;
use crate::http::problem::Problem;

/// Longest token that is looked at; ours have 43 letters.
const TOKEN_MAX: usize = 100;
/// What a page says is short.
const SAID_MAX: usize = 1024;

/// `/d/{token}` and what belongs to it.
pub fn pages() -> Router<Arc<House>> {
    Router::new()
        .route("/d/{token}", get(page::page))
        .route("/d/{token}/", get(page::page))
        .route("/d/{token}/file", get(file::file))
        .route("/d/{token}/seen", post(seen::seen).layer(DefaultBodyLimit::max(SAID_MAX)))
}

/// Where a token leads, if it leads anywhere; the transaction is the house's where the link is.
async fn open(house: &House, token: &str) -> Result<(Tx, Option<Live>), Problem> {
    let token = token.get(..TOKEN_MAX).unwrap_or(token);
    Ok(links::open(&house.db, &Sha256::digest(token), house.clock.now()).await?)
}
