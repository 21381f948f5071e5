//! `GET /v1/documents/{id}/links`

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::documents::links::{self, Which};
use store::documents::records;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::LinkBody;
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
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// The links to a document, with how often people opened each, those made last first
///
/// Of what was shared about a deal, whoever holds it or answers for it sees them all; of the rest reps see those that they made.
#[utoipa::path(get, path = "/v1/documents/{id}/links", tag = "documents", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page<LinkBody>),
))]
pub async fn links(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<LinkBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = links::list(&mut tx, Which::OfDocument { document_id: id, after, limit }).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| (row.created_at, row.id)).map(LinkBody::from)))
}
