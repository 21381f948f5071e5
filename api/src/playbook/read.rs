//! `GET /v1/playbook`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::playbook;
use utoipa::IntoParams;

use super::document::{Form, Playbook, answer};
use crate::House;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The one in force unless given.
    #[param(minimum = 1)]
    version: Option<i32>,
}

/// The playbook
///
/// The rules that leads, deals, customers, contacts, hand-overs and documents go by. `Accept: application/yaml` answers it as it was written,
/// comments and all. `If-None-Match` with the last `ETag` answers `304`.
#[utoipa::path(get, path = "/v1/playbook", tag = "playbook",
    params(Asked, ("If-None-Match" = Option<String>, Header, description = "The last ETag")),
    responses(
        (status = 200, description = "The playbook", content((Playbook = "application/json"), (String = "application/yaml")),
            headers(("ETag" = String, description = "Its version"), ("Last-Modified" = String, description = "When it was put in force"))),
        (status = 304, description = "Unchanged"),
        (status = 404, description = "There is no such version", body = ProblemBody, content_type = "application/problem+json"),
        (status = 406, description = "`not_acceptable`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = Form::wanted(&headers)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let written = playbook::find(&mut tx, asked.version).await?;
    tx.commit().await?;
    let written = written.ok_or(ProblemKind::NotFound)?;
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == etag(written.version)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag(written.version))]).into_response());
    }
    Ok(answer(written, form))
}
