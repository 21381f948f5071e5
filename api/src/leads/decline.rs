//! `POST /v1/leads/{id}/decline`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::permitted;
use domain::leads::reasons::GivenBack;
use domain::playbook::ActionKind;
use serde_json::json;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::fields::{GivenBackFor, explained};
use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// Decline an offer
///
/// It goes back to the pool of its unit, and the supervisor is told why.
#[utoipa::path(post, path = "/v1/leads/{id}/decline", tag = "leads", request_body = GivenBackFor,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "The offer is declined", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: the offer ran out, was withdrawn, or is not to the caller", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn decline(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<GivenBackFor>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/decline", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    explained(request.reason == GivenBack::Other, request.note.as_ref())?;
    let is_mine = desk.lead.owner_id == Some(caller.id());
    desk.only_if(is_mine && permitted::is_offered(&desk.playbook, &desk.facts))?;
    let data = json!({ "reason": request.reason, "note": request.note, "owner_id": null });
    desk.record(ActionKind::LeadDeclined, data).await?;
    desk.answer().await
}
