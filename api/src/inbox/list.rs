//! The caller's own inbox.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::delivery::{Note, Read};
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::inbox::{self, Intervention};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::incidents::Words;
use crate::sessions::Caller;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// Only what has neither been acknowledged nor done.
    #[serde(default)]
    #[param(required = false)]
    open: bool,
    #[serde(default)]
    #[param(required = false)]
    limit: Option<Limit>,
    #[serde(default)]
    #[param(required = false)]
    cursor: Option<String>,
}

/// A page of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxPage {
    pub items: Vec<InterventionView>,
    pub next_cursor: Option<String>,
}

/// Something for one person to know or do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Intervention)]
pub struct InterventionView {
    pub id: Uuid,
    #[schema(value_type = lists::InterventionKind)]
    pub kind: String,
    /// What it is about: `verdict_changed`, `visit_appealed`, `webhook_disabled`, `channel_closed`, `calendar_year_uncertain`, or the code of a text in the organisation's playbook.
    #[schema(example = "lead_stalled_todo")]
    pub code: String,
    /// In the reader's language.
    pub message: String,
    /// Why the reader is told, where the playbook says so.
    pub why: Option<String>,
    /// What to do next, where the playbook says so.
    pub next: Option<String>,
    #[schema(value_type = lists::InterventionState)]
    pub state: String,
    pub urgent: bool,
    /// Noticed well after it was due.
    pub late: bool,
    pub incident_id: Option<Uuid>,
    #[schema(value_type = Option<lists::SubjectKindName>)]
    pub subject_kind: Option<String>,
    pub subject_id: Option<Uuid>,
    pub visit_id: Option<Uuid>,
    /// What the code is about.
    #[schema(value_type = Object)]
    pub data: Value,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

impl InterventionView {
    pub(crate) fn told(row: Intervention, words: &Words, language: Language) -> Self {
        let Read { title: message, why, next } = read(&row, words, language);
        Self {
            id: row.id,
            kind: row.kind,
            code: row.code,
            message,
            why,
            next,
            state: row.state,
            urgent: row.urgent,
            late: row.late,
            incident_id: row.incident_id,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            visit_id: row.visit_id,
            data: row.data,
            created_at: row.created_at,
            acknowledged_at: row.acknowledged_at,
        }
    }
}

/// What it says, in the words of whoever said it.
pub fn read(row: &Intervention, words: &Words, language: Language) -> Read {
    let note = Note {
        code: &row.code,
        subject_kind: row.subject_kind.as_deref(),
        data: &row.data,
        owner: row.owner_name.as_deref(),
        created_at: row.created_at,
        customer: row.customer_name.as_deref(),
    };
    note.read(row.playbook_version.and_then(|version| words.playbook(version)), language)
}

/// The caller's inbox, newest first
#[utoipa::path(get, path = "/v1/inbox", tag = "inbox", params(InboxQuery), responses((status = 200, description = "A page", body = InboxPage)))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Query(query): Query<InboxQuery>) -> Result<Json<InboxPage>, Problem> {
    let limit = limit_of(query.limit);
    let after = decode_moment(query.cursor.as_deref())?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = inbox::list(&mut tx, caller.id(), query.open, after, limit).await?;
    let words = Words::of(&mut tx, rows.iter().filter_map(|row| row.playbook_version)).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |row| (row.created_at, row.id)).map(|row| InterventionView::told(row, &words, caller.language));
    Ok(Json(InboxPage { items: page.items, next_cursor: page.next_cursor }))
}
