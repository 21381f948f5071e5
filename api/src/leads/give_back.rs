//! `POST /v1/leads/{id}/return`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
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

/// Return a lead to the pool
///
/// By the rep who holds it, or by somebody who answers for its unit. What was recorded stays; its clocks of response run on.
#[utoipa::path(post, path = "/v1/leads/{id}/return", tag = "leads", request_body = GivenBackFor,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is in the pool", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: nobody has taken it, or it is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn give_back(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<GivenBackFor>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/return", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    explained(request.reason == GivenBack::Other, request.note.as_ref())?;
    desk.only_if(desk.is_in_hand() && desk.leads_on(ActionKind::LeadReturned))?;
    let data = json!({ "reason": request.reason, "note": request.note, "owner_id": null });
    desk.record(ActionKind::LeadReturned, data).await?;
    desk.answer().await
}
