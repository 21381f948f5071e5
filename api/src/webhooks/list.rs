//! Endpoints, as admins see them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::webhooks;
use utoipa::IntoParams;
use uuid::Uuid;

use super::bodies::WebhookBody;
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// Which endpoints.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebhookQuery {
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Endpoints
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", params(WebhookQuery), responses(
    (status = 200, description = "A page of endpoints, oldest first", body = Page<WebhookBody>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<WebhookQuery>,
) -> Result<Json<Page<WebhookBody>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode(query.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = webhooks::list(&mut tx, after, limit + 1).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| row.id).map(WebhookBody::from)))
}

/// One endpoint
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The endpoint", body = WebhookBody, headers(("ETag" = String))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = webhooks::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    let headers = [(header::ETAG, etag(row.version))];
    Ok((headers, Json(WebhookBody::from(row))).into_response())
}
