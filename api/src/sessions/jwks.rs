//! The public halves of our signing keys.

use std::sync::Arc;

use axum::extract::State;

use super::keyring::Jwks;
use crate::House;
use crate::http::extract::Json;

/// Public keys that verify our access tokens
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "sessions", responses((status = 200, description = "The keys", body = Jwks)))]
pub async fn published(State(house): State<Arc<House>>) -> Json<Jwks> {
    Json(house.keyring.published())
}
