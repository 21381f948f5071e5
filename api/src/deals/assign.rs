//! `POST /v1/deals/{id}/assign`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::deals::records;
use store::leads::reps;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::Desk;
use super::shown::DealBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// Who shall have it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealAssignment)]
pub struct Assignment {
    /// A rep whom the caller answers for.
    owner_id: Uuid,
}

/// Give a deal to a rep
///
/// It moves to the rep's unit. Its stage stays, and so does the clock of that stage: whoever takes a stalled deal over knows how long it has
/// stood. Giving it to the rep who has it changes nothing.
#[utoipa::path(post, path = "/v1/deals/{id}/assign", tag = "deals", request_body = Assignment, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is theirs", body = DealBody, headers(("ETag" = String))),
))]
pub async fn assign(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(request): Json<Assignment>,
) -> Result<Response, Problem> {
    let mut desk = Desk::open(&house, &caller, id).await?;
    let rep = reps::find(&mut desk.tx, request.owner_id).await?.ok_or_else(|| Fault::at("/owner_id", FaultCode::NotKnown))?;
    if desk.deal.owner_id != Some(rep.id) {
        records::assign(&mut desk.tx, &house.ids, desk.now, &desk.deal, rep.id, rep.unit_id).await?;
    }
    desk.answer().await
}
