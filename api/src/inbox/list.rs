//! The caller's own inbox.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
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
use crate::sessions::Caller;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// Only what has not been acknowledged.
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
    #[schema(value_type = lists::InterventionCode)]
    pub code: String,
    /// In the reader's language.
    pub message: String,
    pub visit_id: Option<Uuid>,
    /// What the code is about.
    #[schema(value_type = Object)]
    pub data: Value,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

impl InterventionView {
    fn told(row: Intervention, language: Language) -> Self {
        let customer = row.customer_name.unwrap_or_default();
        let message = match (row.code.as_str(), language) {
            ("verdict_changed", Language::ZhCn) => format!("您在「{customer}」的拜访有了新的判定，请查看原因和建议。"),
            ("verdict_changed", Language::En) => format!("Your visit at “{customer}” has a new verdict; see why and what to do."),
            ("visit_appealed", Language::ZhCn) => format!("有一条在「{customer}」的拜访申诉等您处理。"),
            ("visit_appealed", Language::En) => format!("An appeal about a visit at “{customer}” waits for your decision."),
            _ => row.code.clone(),
        };
        Self {
            id: row.id,
            kind: row.kind,
            code: row.code,
            message,
            visit_id: row.visit_id,
            data: row.data,
            created_at: row.created_at,
            acknowledged_at: row.acknowledged_at,
        }
    }
}

/// The caller's inbox, newest first
#[utoipa::path(get, path = "/v1/inbox", tag = "inbox", params(InboxQuery), responses((status = 200, description = "A page", body = InboxPage)))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Query(query): Query<InboxQuery>) -> Result<Json<InboxPage>, Problem> {
    let limit = limit_of(query.limit);
    let after = decode_moment(query.cursor.as_deref())?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = inbox::list(&mut tx, caller.id(), query.open, after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |row| (row.created_at, row.id)).map(|row| InterventionView::told(row, caller.language));
    Ok(Json(InboxPage { items: page.items, next_cursor: page.next_cursor }))
}
