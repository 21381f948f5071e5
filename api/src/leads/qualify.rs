//! `POST /v1/leads/{id}/qualify`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::playbook::ActionKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::fields::Note;
use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// What makes it worth to go on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadQualification, example = json!({"note": "两家店先试，预算已批。"}))]
pub struct Qualification {
    note: Option<Note>,
}

/// Qualify a lead
///
/// There is a need, and somebody to talk to about it.
#[utoipa::path(post, path = "/v1/leads/{id}/qualify", tag = "leads", request_body = Qualification,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is qualified", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: it was not contacted yet, is not in the hands of the caller, or is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn qualify(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Qualification>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/qualify", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_if(desk.is_in_hand() && desk.leads_on(ActionKind::LeadQualified))?;
    desk.record(ActionKind::LeadQualified, json!({ "note": request.note })).await?;
    desk.answer().await
}
