//! `GET /v1/leads/{id}/actions`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::playbook::ActionKind;
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::leads::journal::{self, Entry};
use store::leads::records;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    pub limit: Option<Limit>,
    pub cursor: Option<String>,
}

/// Something that somebody, or the house, did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionBody {
    pub id: Uuid,
    #[schema(example = "lead.contacted")]
    pub kind: String,
    /// In the reader's language, where the kind has a name.
    #[schema(example = "首次联系记录")]
    pub name: Option<String>,
    /// Null when the house itself acted.
    pub actor_id: Option<Uuid>,
    /// Null for the house and for keys.
    pub actor_name: Option<String>,
    /// When it happened, as far as is known.
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    #[schema(value_type = Object)]
    pub data: Value,
}

impl ActionBody {
    pub fn told(entry: Entry, language: Language) -> Self {
        Self {
            id: entry.id,
            name: ActionKind::parse(&entry.kind).map(|kind| kind.name(language).to_owned()),
            kind: entry.kind,
            actor_id: entry.actor_id,
            actor_name: entry.actor_name,
            occurred_at: entry.occurred_at,
            recorded_at: entry.recorded_at,
            data: entry.data,
        }
    }
}

/// What was done to a lead, last first
#[utoipa::path(get, path = "/v1/leads/{id}/actions", tag = "leads", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page<ActionBody>),
))]
pub async fn journal(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<ActionBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let lead = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = journal::list(&mut tx, (lead.id, lead.contact_id), after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |entry| (entry.recorded_at, entry.id));
    Ok(Json(page.map(|entry| ActionBody::told(entry, caller.language))))
}
