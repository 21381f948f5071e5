//! One incident, with what it said to whom.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::engine::incidents::{self, Note};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{IncidentView, Words};
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// An incident and what it said.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentWhole {
    pub incident: IncidentView,
    /// In the order of its steps.
    pub interventions: Vec<IncidentNote>,
}

/// What an incident said to one person.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentNote {
    pub id: Uuid,
    #[schema(value_type = lists::InterventionKind)]
    pub kind: String,
    /// The text's code in the playbook.
    pub code: String,
    pub recipient_id: Uuid,
    pub recipient_name: String,
    /// 0 when the timer ran out, then counted on.
    pub step: Option<i32>,
    pub urgent: bool,
    #[schema(value_type = lists::InterventionState)]
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

impl From<Note> for IncidentNote {
    fn from(note: Note) -> Self {
        let Note { id, kind, code, recipient_id, recipient_name, step, urgent, state, created_at, acknowledged_at } = note;
        Self { id, kind, code, recipient_id, recipient_name, step, urgent, state, created_at, acknowledged_at }
    }
}

/// One incident
#[utoipa::path(get, path = "/v1/incidents/{id}", tag = "incidents", params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 200, description = "The incident", body = IncidentWhole)))]
pub async fn show(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<IncidentWhole>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = incidents::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let notes = incidents::notes(&mut tx, id).await?;
    let words = Words::of(&mut tx, std::iter::once(row.playbook_version)).await?;
    tx.commit().await?;
    let interventions = notes.into_iter().map(IncidentNote::from).collect();
    Ok(Json(IncidentWhole { incident: IncidentView::told(row, &words, caller.language), interventions }))
}
