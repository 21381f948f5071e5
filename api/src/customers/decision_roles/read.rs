//! `GET /v1/decision-roles`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use store::customers::decision_roles;

use super::{RolesBody, list_tag, shown};
use crate::House;
use crate::http::extract::Json;
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// The decision roles of the organisation
#[utoipa::path(get, path = "/v1/decision-roles", tag = "contacts", responses(
    (status = 200, description = "The list in its order", body = RolesBody, headers(("ETag" = String))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let roles = decision_roles::all(&mut tx).await?;
    tx.commit().await?;
    let headers = [(header::ETAG, list_tag(&roles)), (header::CONTENT_LANGUAGE, HeaderValue::from_static(caller.language.tag()))];
    Ok((headers, Json(shown(&roles, caller.language))).into_response())
}
