//! `POST /v1/leads/{id}/disqualify`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::permitted;
use domain::leads::reasons::Disqualified;
use domain::playbook::ActionKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::fields::{Note, explained};
use super::shown::LeadBody;
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// Why it is no lead.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadDisqualification, example = json!({"reason": "no_need"}))]
pub struct Disqualification {
    #[schema(value_type = lists::DisqualifiedReason)]
    reason: Disqualified,
    /// Needed with `other`.
    note: Option<Note>,
}

/// Disqualify a lead
///
/// It is over, for a reason that is counted.
#[utoipa::path(post, path = "/v1/leads/{id}/disqualify", tag = "leads", request_body = Disqualification,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is over", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: it is not in the hands of the caller, or is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn disqualify(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Disqualification>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/disqualify", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    explained(request.reason == Disqualified::Other, request.note.as_ref())?;
    let is_open = permitted::is_open(&desk.playbook, &desk.facts) && desk.leads_on(ActionKind::LeadDisqualified);
    desk.only_if(desk.is_in_hand() && is_open)?;
    desk.record(ActionKind::LeadDisqualified, json!({ "reason": request.reason, "note": request.note })).await?;
    desk.answer().await
}
