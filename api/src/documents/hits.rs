//! `GET /v1/document-links/{id}/hits`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::documents::hits::{self, Hit};
use store::documents::links::{self, Which};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Something that asked for a page or the file: a person or a machine.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DocumentHit)]
pub struct HitBody {
    pub id: Uuid,
    #[schema(value_type = lists::DocumentHitWhat)]
    pub what: String,
    pub at: DateTime<Utc>,
    /// As it names itself.
    pub user_agent: Option<String>,
    /// The network it asks from, never the address.
    #[schema(example = "203.0.113.0/24")]
    pub network: Option<String>,
    /// Why it is taken for a machine; null when nothing says so.
    #[schema(value_type = Option<lists::DocumentHitDoubt>)]
    pub doubt: Option<String>,
    /// For how long it was in front of somebody, by the page's own account.
    pub visible_ms: Option<i32>,
    /// What it came to; null for what never said that it was seen, which is not counted.
    #[schema(value_type = Option<lists::DocumentHitOutcome>)]
    pub outcome: Option<String>,
}

impl From<Hit> for HitBody {
    fn from(row: Hit) -> Self {
        Self {
            id: row.id,
            what: row.what,
            at: row.at,
            user_agent: row.user_agent,
            network: row.network,
            doubt: row.doubt,
            visible_ms: row.visible_ms,
            outcome: row.outcome,
        }
    }
}

/// Whatever asked by a link, last first
///
/// So that it can be seen which of them were counted as a person's opening, and why the others were not.
#[utoipa::path(get, path = "/v1/document-links/{id}/hits", tag = "documents", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page<HitBody>),
))]
pub async fn hits(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<HitBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    links::list(&mut tx, Which::One(id)).await?.pop().ok_or(ProblemKind::NotFound)?;
    let rows = hits::list(&mut tx, id, after, limit).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| (row.at, row.id)).map(HitBody::from)))
}
