//! Signing in, staying in, and who calls.

pub mod bearer_key;
pub mod caller;
pub mod exchange;
pub mod foreign_token;
#[cfg(test)]
mod forgery;
pub mod identity;
pub mod issuer_keys;
pub mod jwks;
pub mod keyring;
pub mod network;
pub mod password;
pub mod refresh;
pub mod sign_in;
pub mod sign_out;
pub mod tokens;

pub use caller::{Caller, Reader};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands of this room.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(jwks::published))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(refresh::refresh))
        .routes(routes!(sign_out::sign_out))
        .routes(routes!(exchange::exchange))
}
