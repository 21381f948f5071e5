//! `POST /v1/webhooks`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::webhooks::{self, Webhook};
use utoipa::ToSchema;

use super::bodies::{EndpointUrl, EventTypes, FreshWebhook, allowed, fresh_secret};
use crate::House;
use crate::http::extract::Json;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::Problem;
use crate::http::values::Text;
use crate::sessions::Caller;

/// An endpoint to send events to.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookToMake {
    /// Public, and https.
    #[schema(example = "https://crm.example.com/fieldproof")]
    url: EndpointUrl,
    #[serde(default)]
    #[schema(nullable = false)]
    description: Text<0, 200>,
    /// All that there are today when left out.
    #[serde(default)]
    event_types: Option<EventTypes>,
}

/// Add an endpoint
///
/// Events are sent to it as CloudEvents (structured JSON), signed as Standard Webhooks 1.0 says: check `webhook-signature` with the secret of
/// this answer, and take `webhook-id` for the event's id in your own books: it stays the same however often an event is sent. Answer 2xx
/// within ten seconds; anything else is tried again for three days, an answer of 410 or three days without a 2xx switch the endpoint off.
/// `state_forbids` at `sealing_keys`: this installation has no key to keep secrets with.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", request_body = WebhookToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same, without the secret, and makes nothing")),
    responses((status = 201, description = "The endpoint, with its secret", body = FreshWebhook, headers(("Location" = String)))))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(new): Json<WebhookToMake>,
) -> Result<Response, Problem> {
    let once = Once::new(caller.id(), "/v1/webhooks", key, &new);
    let (url, id, now) = (allowed(&house, &new.url)?, house.ids.next(), house.clock.now());
    let (secret, sealed) = fresh_secret(&house, caller.scope.organisation_id, id)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let row = Webhook {
        id,
        url,
        description: new.description.into_string(),
        event_types: new.event_types.unwrap_or_else(EventTypes::all).0,
        sealed,
        sealed_before: None,
        sealed_before_until: None,
        disabled_at: None,
        disabled_because: None,
        failing_since: None,
        delivered_at: None,
        version: 1,
        created_at: now,
    };
    webhooks::create(&mut tx, &house.ids, &row, caller.id()).await?;
    let mut fresh = FreshWebhook { webhook: row.into(), secret: None };
    once.keep(&mut tx, StatusCode::CREATED, &fresh, now).await?;
    tx.commit().await?;
    fresh.secret = Some(secret.reveal().to_owned());
    let headers = [(header::LOCATION, format!("/v1/webhooks/{id}"))];
    Ok((StatusCode::CREATED, headers, Json(fresh)).into_response())
}
