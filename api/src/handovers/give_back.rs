//! `POST /v1/handovers/{id}/return`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::handovers::deeds::End;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::Words;
use super::desk::{Desk, Opened};
use super::shown::HandoverBody;
use crate::House;
use crate::customers::fields::trimmed;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// What has to be known first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandoverReturn, example = json!({"reason": "请补充客户的开票信息。"}))]
pub struct Return {
    reason: Words,
}

/// Return a hand-over for more information
///
/// By the department that it was asked of. The ball is with whoever asked until they ask again; meanwhile the department's clock stands still.
#[utoipa::path(post, path = "/v1/handovers/{id}/return", tag = "handovers", request_body = Return,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "The ball is back", body = HandoverBody),
        (status = 409, description = "`state_forbids`: the ball is not with the department", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn give_back(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Return>,
) -> Result<Response, Problem> {
    let reason = trimmed(&request.reason, "/reason")?;
    let desk = match Desk::open(&house, &caller, ("POST /v1/handovers/{id}/return", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_department()?;
    desk.end(End::Returned, Some(&reason)).await
}
