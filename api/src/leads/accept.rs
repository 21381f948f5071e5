//! `POST /v1/leads/{id}/accept`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::permitted;
use store::leads::deeds;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::shown::LeadBody;
use crate::House;
use crate::http::extract::Path;
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// Accept an offer
///
/// The lead is the caller's from now on, and waits for the first contact. Of several who could take one lead, one does. Accepting what is the
/// caller's already changes nothing.
#[utoipa::path(post, path = "/v1/leads/{id}/accept", tag = "leads",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "The lead is taken", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: the offer ran out, was withdrawn, or is not to the caller", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn accept(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/accept", key), id, &()).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    let is_mine = desk.lead.owner_id == Some(caller.id());
    let is_offered = permitted::is_offered(&desk.playbook, &desk.facts);
    if is_mine && !is_offered && permitted::is_open(&desk.playbook, &desk.facts) {
        return desk.answer().await;
    }
    desk.only_if(is_mine && is_offered)?;
    deeds::take(&mut desk.tx, &house.ids, desk.now, &desk.lead, caller.id()).await?;
    desk.answer().await
}
