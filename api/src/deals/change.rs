//! `PATCH /v1/deals/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use store::deals::records::{self, Said};
use utoipa::ToSchema;
use uuid::Uuid;

use super::create::{ExternalId, Name, segment};
use super::desk::Desk;
use super::shown::DealBody;
use crate::House;
use crate::customers::fields::{given, trimmed};
use crate::http::extract::{Json, Path};
use crate::http::fault::Fault;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::values::{Text, present};
use crate::http::versions::{if_match, unchanged};
use crate::sessions::Caller;

/// What shall be different; what is left out stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, null and a value are three wishes")]
#[schema(example = json!({"name": "冰柜采购（两家店）"}))]
pub struct DealChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<Name>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_]{0,39}$")]
    segment: Option<Option<Text<1, 40>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ExternalId>)]
    external_id: Option<Option<ExternalId>>,
}

/// Edit a deal
///
/// What it is called. Facts are written with `PATCH /v1/deals/{id}/fields`, deeds told with `POST /v1/deals/{id}/actions`; an edit stops
/// no timer.
#[utoipa::path(patch, path = "/v1/deals/{id}", tag = "deals", request_body = DealChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 200, description = "Edited", body = DealBody, headers(("ETag" = String))),
        (status = 409, description = "`duplicate`: the external number belongs to another deal", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(request): Json<DealChange>,
) -> Result<Response, Problem> {
    let wanted = if_match(&headers)?;
    // What cannot be is said before anything is looked at.
    if let Some(told) = &request.segment {
        segment(told.as_ref())?;
    }
    let mut desk = Desk::open(&house, &caller, id).await?;
    unchanged(wanted, desk.deal.version)?;
    let said = changed(Said::of(&desk.deal), &request)?;
    records::edit(&mut desk.tx, &house.ids, desk.now, &desk.deal, &said).await?;
    desk.answer().await
}

fn changed(mut said: Said, request: &DealChange) -> Result<Said, Fault> {
    if let Some(name) = &request.name {
        said.name = trimmed(name, "/name")?;
    }
    if let Some(told) = &request.segment {
        said.segment = segment(told.as_ref())?;
    }
    if let Some(number) = &request.external_id {
        said.external_id = number.as_ref().map(|number| trimmed(number, "/external_id")).transpose()?;
    }
    Ok(said)
}
