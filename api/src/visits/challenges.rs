//! Capture challenges: issued before the photo is taken, so that it can have been taken only after.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use store::visits::challenges::{self, Challenge};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::http::extract::Json;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::Problem;
use crate::http::values::Whole;
use crate::sessions::Caller;

/// A challenge for now lives this long, minutes.
const ONLINE_MINUTES: i64 = 15;
/// One that is taken along for places without a network lives this long, hours.
const OFFLINE_HOURS: i64 = 72;

/// How many challenges, and for when.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChallenges {
    /// One unless said otherwise.
    #[serde(default)]
    pub count: Option<Whole<1, 50>>,
    /// To be taken along: they live for three days instead of a quarter of an hour.
    #[serde(default)]
    #[schema(required = false)]
    pub offline: bool,
}

/// Challenges, each for one visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Challenges {
    pub items: Vec<ChallengeView>,
}

/// Send `id` as `challenge` with the visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Challenge)]
pub struct ChallengeView {
    pub id: Uuid,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Get capture challenges
#[utoipa::path(post, path = "/v1/challenges", tag = "visits", request_body = NewChallenges,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same and creates nothing", max_length = 255)),
    responses((status = 201, description = "The challenges, each for one visit", body = Challenges)))]
pub async fn issue(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(asked): Json<NewChallenges>,
) -> Result<Response, Problem> {
    let now = house.clock.now();
    let once = Once::new(caller.id(), "POST /v1/challenges", key, &asked);
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let lives_for = if asked.offline { TimeDelta::hours(OFFLINE_HOURS) } else { TimeDelta::minutes(ONLINE_MINUTES) };
    let count = asked.count.map_or(1, Whole::get);
    let issued: Vec<_> = (0..count).map(|_| Challenge { id: house.ids.next(), issued_at: now, expires_at: now + lives_for }).collect();
    challenges::issue(&mut tx, caller.id(), &issued).await?;
    let items = issued.iter().map(|one| ChallengeView { id: one.id, issued_at: one.issued_at, expires_at: one.expires_at });
    let answer = Challenges { items: items.collect() };
    once.keep(&mut tx, StatusCode::CREATED, &answer, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
