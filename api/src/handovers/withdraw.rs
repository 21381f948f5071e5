//! `POST /v1/handovers/{id}/withdraw`

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

/// Why it is not needed any more.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandoverWithdrawal, example = json!({"reason": "客户已经同意原条款。"}))]
pub struct Withdrawal {
    reason: Words,
}

/// Withdraw a hand-over
///
/// By whoever asked, or somebody who answers for them. It does not count in the department's response time.
#[utoipa::path(post, path = "/v1/handovers/{id}/withdraw", tag = "handovers", request_body = Withdrawal,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is over", body = HandoverBody),
        (status = 409, description = "`state_forbids`: it is over already", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn withdraw(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Withdrawal>,
) -> Result<Response, Problem> {
    let reason = trimmed(&request.reason, "/reason")?;
    let desk = match Desk::open(&house, &caller, ("POST /v1/handovers/{id}/withdraw", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_asker()?;
    desk.end(End::Withdrawn, Some(&reason)).await
}
