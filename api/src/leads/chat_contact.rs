//! `POST /v1/leads/{id}/chat-contact`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::contact::Channel;
use domain::playbook::ActionKind;
use serde::{Deserialize, Serialize};
use store::leads::chat;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::shown::LeadBody;
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::values::Instant;
use crate::sessions::Caller;

/// Where the lead's person was added.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadChatContact, example = json!({"channel": "wecom"}))]
pub struct ChatContact {
    /// `wechat` or `wecom`.
    #[schema(value_type = lists::ContactChannel)]
    channel: Channel,
    /// When it was done, if a phone tells it later.
    done_at: Option<Instant>,
}

/// The person was added in a chat application
///
/// A first tag is due within the time of the playbook, two hours unless it says otherwise.
#[utoipa::path(post, path = "/v1/leads/{id}/chat-contact", tag = "leads", request_body = ChatContact,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is recorded", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: it is not in the hands of the caller, or came to nothing", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn chat_contact(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<ChatContact>,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/chat-contact", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    if !matches!(request.channel, Channel::Wechat | Channel::Wecom) {
        return Err(Fault::at("/channel", FaultCode::NotAllowed).allowing("wechat, wecom").into());
    }
    desk.only_if(desk.is_cared_for())?;
    let done_at = desk.done_at(request.done_at)?;
    chat::introduce(&mut desk.tx, &desk.lead).await?;
    let (kind, detail) = (ActionKind::ContactChatAdded, ("channel", request.channel.as_str()));
    chat::record(&mut desk.tx, &house.ids, desk.now, &desk.lead, kind, done_at, detail).await?;
    desk.answer().await
}
