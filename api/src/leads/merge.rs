//! `POST /v1/leads/{id}/merge`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::permitted;
use serde::{Deserialize, Serialize};
use store::leads::{merging, records};
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::sessions::Caller;

/// Which lead goes on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadMerge)]
pub struct Merge {
    /// The survivor.
    into: Uuid,
}

/// Merge a lead into another
///
/// The survivor takes over what it lacks. The merged lead is over: it stays readable and points to the survivor, its timers close, and
/// what they had raised is overtaken. The answer is the merged lead.
#[utoipa::path(post, path = "/v1/leads/{id}/merge", tag = "leads", request_body = Merge,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is merged", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: one of them is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn merge(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Merge>,
) -> Result<Response, Problem> {
    let unknown = || Problem::from(Fault::at("/into", FaultCode::NotKnown));
    if request.into == id {
        return Err(unknown());
    }
    let mut desk = match Desk::open_after(&house, &caller, ("POST /v1/leads/{id}/merge", key), id, &request, request.into).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    let survivor = records::hold(&mut desk.tx, request.into).await?.ok_or_else(unknown)?;
    let both_go_on = permitted::is_open(&desk.playbook, &desk.facts) && permitted::is_open(&desk.playbook, &survivor.facts);
    desk.only_if(both_go_on)?;
    merging::merge(&mut desk.tx, &house.ids, desk.now, &desk.lead, &survivor.lead).await?;
    desk.answer().await
}
