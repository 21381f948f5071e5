//! `POST /v1/leads/{id}/tag`

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

/// How the person is to be approached.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadTag, example = json!({"tag": "价格敏感"}))]
pub struct Tag {
    /// One tag, in the organisation's own words.
    tag: Text<1, 40>,
    /// When it was done, if a phone tells it later.
    done_at: Option<Instant>,
}

/// Tag the lead's person
///
/// The first tag puts the person on the weekly list of expert calls, and content for them is due within three days, unless the playbook
/// says otherwise.
#[utoipa::path(post, path = "/v1/leads/{id}/tag", tag = "leads", request_body = Tag,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is recorded", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: the person was not added in a chat yet, or the lead is not in the hands of the caller", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn tag(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Tag>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/tag", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    let before = chat::stand(&mut desk.tx, &desk.lead).await?;
    let is_known = before.is_some_and(|facts| facts.subject.history.contains_key(&ActionKind::ContactChatAdded));
    desk.only_if(is_known && desk.is_cared_for())?;
    let done_at = desk.done_at(request.done_at)?;
    let (kind, detail) = (ActionKind::ContactTagged, ("tag", request.tag.as_str()));
    chat::record(&mut desk.tx, &house.ids, desk.now, &desk.lead, kind, done_at, detail).await?;
    desk.answer().await
}
