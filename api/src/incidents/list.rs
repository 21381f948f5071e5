//! The list of incidents.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::engine::incidents::{self, Filter};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::shown::{IncidentView, Words};
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// One state, several separated by commas, or `all`. Left out: what is not over.
    #[serde(default)]
    #[param(
        required = false,
        example = "open",
        pattern = "^(all|(open|acknowledged|snoozed|resolved|superseded)(,(open|acknowledged|snoozed|resolved|superseded))*)$"
    )]
    state: Option<String>,
    /// This unit and the ones below it.
    #[serde(default)]
    #[param(required = false)]
    unit_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    owner_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    subject_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    limit: Option<Limit>,
    #[serde(default)]
    #[param(required = false)]
    cursor: Option<String>,
}

/// A page of incidents.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentPage {
    pub items: Vec<IncidentView>,
    pub next_cursor: Option<String>,
}

/// Incidents, those raised last first
///
/// Reps see those of what they hold, everybody else those of their unit and below.
#[utoipa::path(get, path = "/v1/incidents", tag = "incidents", params(IncidentQuery), responses((status = 200, description = "A page", body = IncidentPage)))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<IncidentQuery>,
) -> Result<Json<IncidentPage>, Problem> {
    let limit = limit_of(query.limit);
    let filter = Filter {
        states: states_of(query.state.as_deref())?,
        unit_id: query.unit_id,
        owner_id: query.owner_id,
        subject_id: query.subject_id,
        after: decode_moment(query.cursor.as_deref())?,
        limit,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = incidents::list(&mut tx, &filter).await?;
    let words = Words::of(&mut tx, rows.iter().map(|row| row.playbook_version)).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |row| (row.raised_at, row.id)).map(|row| IncidentView::told(row, &words, caller.language));
    Ok(Json(IncidentPage { items: page.items, next_cursor: page.next_cursor }))
}

/// Every state an incident can be in.
pub const STATES: [&str; 5] = ["open", "acknowledged", "snoozed", "resolved", "superseded"];
const NOT_OVER: usize = 3;

fn states_of(asked: Option<&str>) -> Result<Vec<String>, Problem> {
    let Some(asked) = asked else { return Ok(STATES.iter().take(NOT_OVER).map(ToString::to_string).collect()) };
    if asked == "all" {
        return Ok(Vec::new());
    }
    let states = asked.split(',').collect::<BTreeSet<_>>();
    if states.iter().all(|state| STATES.contains(state)) {
        return Ok(states.into_iter().map(str::to_owned).collect());
    }
    let fault = Fault::at("?state", FaultCode::NotKnown).allowing(format!("all, {}", STATES.join(", ")));
    Err(Problem::with(ProblemKind::MalformedRequest, fault))
}
