//! What an endpoint was sent, what became of it, and sending it again.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::deliveries::listed::{self, Attempt, Delivery};
use store::webhooks;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::test::Underway;
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// Where a delivery is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Pending,
    Sending,
    Delivered,
    Stopped,
    /// The dead letters: nothing more happens unless they are replayed.
    GivenUp,
}

impl DeliveryState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Stopped => "stopped",
            Self::GivenUp => "given_up",
        }
    }
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only those in this state; `given_up` for the dead letters.
    #[param(inline)]
    state: Option<DeliveryState>,
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// One event on its way to one endpoint, with every attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryView {
    /// `webhook-id` of every attempt.
    pub id: Uuid,
    pub event_id: Uuid,
    #[schema(example = "incident.raised")]
    pub event_type: String,
    #[schema(value_type = lists::DeliveryStateName)]
    pub state: String,
    pub created_at: DateTime<Utc>,
    /// When the next attempt is made; null when there will be none.
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
    pub replayed_at: Option<DateTime<Utc>>,
    pub attempts: Vec<AttemptView>,
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub struct AttemptView {
    pub began_at: DateTime<Utc>,
    #[schema(minimum = 0)]
    pub took_ms: Option<i32>,
    /// `unknown` when the process that sent it died: it may have arrived.
    #[schema(value_type = lists::AttemptOutcome)]
    pub outcome: String,
    /// Our word for what went wrong; the endpoint's own words are not kept.
    #[schema(example = "busy")]
    pub reason: Option<String>,
    /// The HTTP status, where there was one.
    pub code: Option<i64>,
}

impl AttemptView {
    fn of(row: Attempt) -> Self {
        let outcome = row.outcome.unwrap_or_else(|| "unknown".to_owned());
        Self { began_at: row.began_at, took_ms: row.took_ms, outcome, reason: row.reason, code: row.code }
    }
}

impl DeliveryView {
    fn of(row: Delivery, attempts: Vec<AttemptView>) -> Self {
        let waits = matches!(row.state.as_str(), "pending" | "sending");
        Self {
            id: row.id,
            event_id: row.event_id,
            event_type: row.event_kind,
            state: row.state,
            created_at: row.created_at,
            next_attempt_at: waits.then_some(row.due_at),
            settled_at: row.settled_at,
            replayed_at: row.replayed_at,
            attempts,
        }
    }
}

/// What an endpoint was sent
///
/// Newest first, with every attempt. The dead letters are those of `state=given_up`.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", params(("id" = Uuid, Path), DeliveryQuery), responses(
    (status = 200, description = "A page of deliveries", body = Page<DeliveryView>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode_moment(query.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    webhooks::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = listed::of_endpoint(&mut tx, id, query.state.map(DeliveryState::as_str), after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| (row.created_at, row.id));
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id).collect();
    let mut attempts = HashMap::<Uuid, Vec<AttemptView>>::new();
    for attempt in listed::attempts(&mut tx, &ids).await? {
        attempts.entry(attempt.delivery_id).or_default().push(AttemptView::of(attempt));
    }
    tx.commit().await?;
    Ok(Json(page.map(|row| {
        let made = attempts.remove(&row.id).unwrap_or_default();
        DeliveryView::of(row, made)
    })))
}

/// Send an event again
///
/// Whatever became of it: the very same bytes under the same `webhook-id`, and a ladder of attempts from its beginning.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries/{delivery_id}/replay", tag = "webhooks",
    params(("id" = Uuid, Path), ("delivery_id" = Uuid, Path)), responses(
    (status = 202, description = "It is on its way", body = Underway),
    (status = 409, description = "`state_forbids`: it is on its way already, or the endpoint is switched off", body = ProblemBody,
        content_type = "application/problem+json"),
))]
pub async fn replay(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path((id, delivery_id)): Path<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = webhooks::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let is_there = listed::is_of(&mut tx, id, delivery_id).await?;
    if !is_there {
        return Err(ProblemKind::NotFound.into());
    }
    let now = house.clock.now();
    if row.disabled_at.is_some() || !listed::replay(&mut tx, id, delivery_id, now).await? {
        return Err(ProblemKind::StateForbids.into());
    }
    webhooks::sent_by_hand(&mut tx, &house.ids, now, id, "webhook.replayed", delivery_id).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(Underway { delivery_id })).into_response())
}
