//! Signing out: the session ends, and every token of it at once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use store::Actor;
use store::people::sessions::{self, Ending};

use super::Caller;
use crate::House;
use crate::http::problem::{Problem, ProblemKind};

/// Sign out
#[utoipa::path(post, path = "/v1/auth/logout", tag = "sessions", responses((status = 204, description = "The session has ended")))]
pub async fn sign_out(State(house): State<Arc<House>>, caller: Caller) -> Result<StatusCode, Problem> {
    let Actor::User { session_id, .. } = caller.scope.actor else { return Err(ProblemKind::NotPermitted.into()) };
    let mut tx = house.db.begin(&caller.scope).await?;
    sessions::end(&mut tx, &house.ids, session_id, Ending::SignedOut, house.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
