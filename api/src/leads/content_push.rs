//! `POST /v1/leads/{id}/content-push`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::playbook::ActionKind;
use serde::{Deserialize, Serialize};
use store::leads::chat;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::values::{Instant, Text};
use crate::sessions::Caller;

/// Content that a rep sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadContentPush, example = json!({"content": "门店巡检案例（母婴）"}))]
pub struct ContentPush {
    /// What was sent.
    content: Text<1, 200>,
    /// When it was done, if a phone tells it later.
    done_at: Option<Instant>,
}

/// Content was sent to the lead's person
///
/// What the tag asked for has been done.
#[utoipa::path(post, path = "/v1/leads/{id}/content-push", tag = "leads", request_body = ContentPush,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is recorded", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: the person was not tagged yet, or the lead is not in the hands of the caller", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn content_push(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<ContentPush>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/content-push", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    let before = chat::stand(&mut desk.tx, &desk.lead).await?;
    let is_known = before.is_some_and(|facts| facts.subject.history.contains_key(&ActionKind::ContactTagged));
    desk.only_if(is_known && desk.is_cared_for())?;
    let done_at = desk.done_at(request.done_at)?;
    let (kind, detail) = (ActionKind::ContactContentPushed, ("content", request.content.as_str()));
    chat::record(&mut desk.tx, &house.ids, desk.now, &desk.lead, kind, done_at, detail).await?;
    desk.answer().await
}
