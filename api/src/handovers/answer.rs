//! `POST /v1/handovers/{id}/answer`

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

/// What the department has to say.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandoverAnswer, example = json!({"answer": "可以接受 30 天账期，修改版已放在合同附件里。"}))]
pub struct Answer {
    answer: Words,
}

/// Answer a hand-over
///
/// By the department that it was asked of. Whoever asked is told.
#[utoipa::path(post, path = "/v1/handovers/{id}/answer", tag = "handovers", request_body = Answer,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is answered", body = HandoverBody),
        (status = 409, description = "`state_forbids`: the ball is not with the department", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn answer(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Answer>,
) -> Result<Response, Problem> {
    let answer = trimmed(&request.answer, "/answer")?;
    let desk = match Desk::open(&house, &caller, ("POST /v1/handovers/{id}/answer", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_department()?;
    desk.end(End::Answered, Some(&answer)).await
}
