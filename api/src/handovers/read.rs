//! `GET /v1/handovers/{id}`

use std::sync::Arc;

use axum::extract::State;
use store::handovers::records;
use uuid::Uuid;

use super::shown::{HandoverBody, told};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// One hand-over, with every turn of it
#[utoipa::path(get, path = "/v1/handovers/{id}", tag = "handovers", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The hand-over", body = HandoverBody),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<HandoverBody>, Problem> {
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let body = told(&mut tx, vec![row], caller.language, now).await?.pop().ok_or(ProblemKind::Bug)?;
    tx.commit().await?;
    Ok(Json(body))
}
