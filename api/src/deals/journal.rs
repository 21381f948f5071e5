//! `GET /v1/deals/{id}/actions`

use std::sync::Arc;

use axum::extract::State;
use store::deals::{journal, records};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::leads::{ActionBody, JournalAsked};
use crate::sessions::Caller;

/// What was done about a deal, last first
///
/// With the visits that counted for it.
#[utoipa::path(get, path = "/v1/deals/{id}/actions", tag = "deals", params(("id" = Uuid, Path), JournalAsked), responses(
    (status = 200, description = "One page", body = Page<ActionBody>),
))]
pub async fn journal(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<JournalAsked>,
) -> Result<Json<Page<ActionBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let deal = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = journal::list(&mut tx, deal.id, after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |entry| (entry.recorded_at, entry.id));
    Ok(Json(page.map(|entry| ActionBody::told(entry, caller.language))))
}
