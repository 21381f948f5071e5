//! `PATCH` and `DELETE /v1/webhooks/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::delivery::ROTATION_OVERLAP_MAX;
use serde::{Deserialize, Serialize};
use store::webhooks;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{EndpointUrl, EventTypes, FreshWebhook, allowed, fresh_secret};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Text, Whole};
use crate::http::versions::{etag, if_match, unchanged};
use crate::people::values::given;
use crate::sessions::Caller;

/// Hours for which the secret before signs as well, up to a week.
type OverlapHours = Whole<0, 168>;

/// What to change of an endpoint; what is left out stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    url: Option<EndpointUrl>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    description: Option<Text<0, 200>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    event_types: Option<EventTypes>,
    /// An endpoint that is switched on again hears of what happens from then on; replay what it missed.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
    /// Makes a new secret, which is in the answer; for so many hours the old one signs as well.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    rotate_secret: Option<Rotation>,
}

/// How a secret is replaced.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Hours for which the secret before signs as well; 0 when it is out.
    #[schema(example = 24)]
    overlap_hours: OverlapHours,
}

/// Change an endpoint
#[utoipa::path(patch, path = "/v1/webhooks/{id}", tag = "webhooks", request_body = WebhookPatch,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The version that was read, from `ETag` or `version`")),
    responses(
        (status = 200, description = "The endpoint; with a secret if a new one was made", body = FreshWebhook,
            headers(("ETag" = String, description = "Its version"))),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(patch): Json<WebhookPatch>,
) -> Result<Response, Problem> {
    let (version, now) = (if_match(&headers)?, house.clock.now());
    let url = patch.url.as_ref().map(|url| allowed(&house, url)).transpose()?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let mut row = webhooks::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    unchanged(version, row.version)?;
    let before = row.clone();
    row.url = url.unwrap_or(row.url);
    row.description = patch.description.map_or(row.description, Text::into_string);
    row.event_types = patch.event_types.map_or(row.event_types, |types| types.0);
    match patch.enabled {
        Some(true) => (row.disabled_at, row.disabled_because, row.failing_since) = (None, None, None),
        Some(false) if row.disabled_at.is_none() => {
            (row.disabled_at, row.disabled_because) = (Some(now), Some("by_admin".to_owned()));
        }
        _ => {}
    }
    let mut fresh = None;
    if let Some(rotation) = patch.rotate_secret {
        let (secret, sealed) = fresh_secret(&house, caller.scope.organisation_id, id)?;
        let until = now + TimeDelta::hours(rotation.overlap_hours.get()).min(ROTATION_OVERLAP_MAX);
        let replaced = std::mem::replace(&mut row.sealed, sealed);
        (row.sealed_before, row.sealed_before_until) = if until > now { (Some(replaced), Some(until)) } else { (None, None) };
        fresh = Some(secret);
    }
    webhooks::change(&mut tx, &house.ids, now, &before, &row).await?;
    tx.commit().await?;
    row.version += 1;
    let headers = [(header::ETAG, etag(row.version))];
    let secret = fresh.map(|secret| secret.reveal().to_owned());
    Ok((headers, Json(FreshWebhook { webhook: row.into(), secret })).into_response())
}

/// Remove an endpoint
///
/// Nothing more is sent to it; what it was sent stays on record.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is removed"),
))]
pub async fn remove(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let removed = webhooks::delete(&mut tx, &house.ids, house.clock.now(), id).await?;
    tx.commit().await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemKind::NotFound.into()) }
}
