//! `POST /v1/handovers/{id}/ask`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::playbook::ActionKind;
use serde::{Deserialize, Serialize};
use store::handovers::deeds;
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

/// What is needed, with what was missing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HandoverAskedAgain, example = json!({"need": "开票信息已补充，请再看付款条款。"}))]
pub struct AskedAgain {
    need: Words,
}

/// Ask again
///
/// What the department returned, by whoever asked or somebody who answers for them. The department's clock begins anew.
#[utoipa::path(post, path = "/v1/handovers/{id}/ask", tag = "handovers", request_body = AskedAgain,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is asked again", body = HandoverBody),
        (status = 409, description = "`state_forbids`: the ball is not with whoever asked", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn ask_again(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<AskedAgain>,
) -> Result<Response, Problem> {
    let need = trimmed(&request.need, "/need")?;
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/handovers/{id}/ask", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_asker()?;
    desk.only_where_it_leads_on(ActionKind::HandoverAsked)?;
    deeds::ask_again(&mut desk.tx, &house.ids, desk.now, &desk.handover, &need).await?;
    desk.answer().await
}
