//! `POST /v1/leads/{id}/assign`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::permitted;
use serde::{Deserialize, Serialize};
use store::leads::{deeds, reps};
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// Who shall have it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadAssignment)]
pub struct Assignment {
    /// A rep whom the caller answers for.
    owner_id: Uuid,
}

/// Offer a lead to a rep
///
/// The rep accepts or declines; an offer that nobody answers in the time of the playbook goes back to the pool. An open offer to somebody
/// else is withdrawn by this one. The lead moves to the rep's unit.
#[utoipa::path(post, path = "/v1/leads/{id}/assign", tag = "leads", request_body = Assignment,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is offered", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: the rep has it already, or it is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn assign(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Assignment>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/assign", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    let rep = reps::find(&mut desk.tx, request.owner_id).await?.ok_or_else(|| Fault::at("/owner_id", FaultCode::NotKnown))?;
    desk.only_if(permitted::can_be_offered(&desk.playbook, &desk.facts, rep.id))?;
    deeds::offer(&mut desk.tx, &house.ids, desk.now, &desk.lead, &rep).await?;
    desk.answer().await
}
