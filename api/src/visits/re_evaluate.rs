//! Judging a visit again under the newest rules.

use std::sync::Arc;

use axum::extract::State;
use store::visits;
use uuid::Uuid;

use super::shown::VisitView;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// Judge a visit again under the newest policy
///
/// With everything that has been learned since; the new verdict stands beside the old ones.
#[utoipa::path(post, path = "/v1/visits/{id}/re-evaluate", tag = "visits", params(("id" = Uuid, Path, description = "The visit")), responses(
    (status = 200, description = "The visit as it stands now", body = VisitView),
    (status = 409, description = "`state_forbids`: its photos are still awaited", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn re_evaluate(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<VisitView>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let judged = visits::re_evaluate(&mut tx, id, house.clock.now(), &house.ids).await?;
    if judged.is_none() {
        return Err(ProblemKind::StateForbids.into());
    }
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(VisitView::stored(visit, caller.reader())))
}
