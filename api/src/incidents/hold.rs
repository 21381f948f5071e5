//! Making an incident keep quiet for a while: somebody is at it, or nothing can be done before a date.

use std::sync::Arc;

use axum::extract::State;
use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use store::engine::{Hold, Outcome, hold, incidents};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{IncidentView, Words};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Instant, Text};
use crate::sessions::Caller;

/// Until when, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// No later than the organisation's playbook allows.
    pub until: Instant,
    #[schema(example = "客户出差，周四回来")]
    pub reason: Text<2, 1000>,
}

/// Acknowledge an incident
///
/// Says that somebody is at it: what is queued for it is stopped, and nobody is told anything more for as long as the playbook allows. The
/// deed is still awaited, and it alone resolves the incident. Repeating it changes nothing while it holds.
#[utoipa::path(post, path = "/v1/incidents/{id}/acknowledge", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")), responses(
    (status = 200, description = "The incident as it stands now", body = IncidentView),
    (status = 409, description = "`state_forbids`: it is over", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn acknowledge(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<IncidentView>, Problem> {
    held(&house, &caller, id, Hold::Acknowledge).await
}

/// Snooze an incident
///
/// Nothing can be done before a date: nobody is told anything more until then. The reason is recorded.
#[utoipa::path(post, path = "/v1/incidents/{id}/snooze", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")),
    request_body = Snooze, responses(
    (status = 200, description = "The incident as it stands now", body = IncidentView),
    (status = 409, description = "`state_forbids`: it is over", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn snooze(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Snooze>,
) -> Result<Json<IncidentView>, Problem> {
    held(&house, &caller, id, Hold::Snooze { until: body.until.0, reason: body.reason.as_str() }).await
}

async fn held(house: &House, caller: &Caller, id: Uuid, wish: Hold<'_>) -> Result<Json<IncidentView>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let incident = incidents::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let now = tx.now().await?;
    let out_of_range =
        |allowed: String| Problem::with(ProblemKind::FieldsRefused, Fault::at("/until", FaultCode::OutOfRange).allowing(allowed));
    let written = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    match hold(&mut tx, &incident, wish, now, &house.ids).await? {
        Outcome::Until(_) => {}
        Outcome::Over => return Err(ProblemKind::StateForbids.into()),
        Outcome::TooLong(at_most) => return Err(out_of_range(format!("..{}", written(at_most)))),
        Outcome::Past => return Err(out_of_range(format!("{}..", written(now)))),
    }
    let row = incidents::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let words = Words::of(&mut tx, std::iter::once(row.playbook_version)).await?;
    tx.commit().await?;
    Ok(Json(IncidentView::told(row, &words, caller.language)))
}
