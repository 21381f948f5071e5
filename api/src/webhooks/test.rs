//! `POST /v1/webhooks/{id}/test`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::delivery::events::TEST;
use serde::Serialize;
use serde_json::json;
use store::{events, webhooks};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// What is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Underway {
    /// Look for it among the endpoint's deliveries.
    pub delivery_id: Uuid,
}

/// Send a test event
///
/// A `webhook.test` event goes the way of every other one: signed, tried again, listed among the endpoint's deliveries.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "webhooks", params(("id" = Uuid, Path)), responses(
    (status = 202, description = "It is on its way", body = Underway),
    (status = 409, description = "`state_forbids`: the endpoint is switched off", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn test(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = webhooks::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    if row.disabled_at.is_some() {
        return Err(ProblemKind::StateForbids.into());
    }
    let data = json!({ "webhook_id": id, "asked_by": caller.id() });
    let now = house.clock.now();
    let delivery_id = events::tell_one(&mut tx, id, house.ids.next(), TEST, data, now).await?;
    webhooks::sent_by_hand(&mut tx, &house.ids, now, id, "webhook.tested", delivery_id).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(Underway { delivery_id })).into_response())
}
