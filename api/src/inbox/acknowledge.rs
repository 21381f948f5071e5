//! Marking something in the inbox as seen.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use store::inbox;
use uuid::Uuid;

use crate::House;
use crate::http::extract::Path;
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Acknowledge something in the inbox
///
/// Repeating it changes nothing.
#[utoipa::path(post, path = "/v1/inbox/{id}/acknowledge", tag = "inbox", params(("id" = Uuid, Path, description = "The intervention")),
    responses((status = 204, description = "Acknowledged")))]
pub async fn acknowledge(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let is_theirs = inbox::acknowledge(&mut tx, &house.ids, caller.id(), id, house.clock.now()).await?;
    tx.commit().await?;
    if is_theirs { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemKind::NotFound.into()) }
}
