//! `POST /v1/leads/{id}/claim`

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

/// Take a lead out of the pool
///
/// Of several who claim one lead at once, one gets it.
#[utoipa::path(post, path = "/v1/leads/{id}/claim", tag = "leads",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "The lead is taken", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: somebody has it, or it is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn claim(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/claim", key), id, &()).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    let is_mine = desk.lead.owner_id == Some(caller.id()) && desk.is_in_hand();
    if is_mine && permitted::is_open(&desk.playbook, &desk.facts) {
        return desk.answer().await;
    }
    desk.only_if(permitted::is_in_pool(&desk.playbook, &desk.facts))?;
    deeds::take(&mut desk.tx, &house.ids, desk.now, &desk.lead, caller.id()).await?;
    desk.answer().await
}
