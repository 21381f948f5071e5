//! One visit, and the whole row of its verdicts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use store::visits;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{VerdictView, VisitView};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// One visit
#[utoipa::path(get, path = "/v1/visits/{id}", tag = "visits", params(("id" = Uuid, Path, description = "The visit")),
    responses((status = 200, description = "The visit", body = VisitView, headers(("ETag" = String)))))]
pub async fn show(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(VisitView::stored(visit, caller.reader()).tagged())
}

/// Every verdict of a visit, the first one first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verdicts {
    pub items: Vec<VerdictView>,
}

/// All verdicts of a visit
#[utoipa::path(get, path = "/v1/visits/{id}/verdicts", tag = "visits", params(("id" = Uuid, Path, description = "The visit")),
    responses((status = 200, description = "Its verdicts in order", body = Verdicts)))]
pub async fn verdicts(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<Verdicts>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = visits::verdicts_of(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(Verdicts { items: rows.into_iter().map(|row| VerdictView::stored(row, caller.reader())).collect() }))
}
