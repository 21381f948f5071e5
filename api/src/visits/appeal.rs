//! A rep's appeal against a verdict.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::visits::{self, Appealed};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::VisitView;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// Why the visit should count.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Appeal)]
pub struct AppealBody {
    #[schema(example = "客户已搬到马路对面，定位是准的")]
    pub reason: Text<2, 1000>,
}

/// Appeal against a verdict
///
/// For visits that do not count. One appeal is open at a time; the supervisor's decision answers it.
#[utoipa::path(post, path = "/v1/visits/{id}/appeal", tag = "visits", params(("id" = Uuid, Path, description = "The visit")),
    request_body = AppealBody, responses(
    (status = 200, description = "The appeal is open", body = VisitView),
    (status = 409, description = "`state_forbids`: the visit counts, is not judged yet, or an appeal in other words is open", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn appeal(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<AppealBody>,
) -> Result<Json<VisitView>, Problem> {
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    if !matches!(visit.status.as_str(), "invalid" | "review") {
        return Err(ProblemKind::StateForbids.into());
    }
    let appeal =
        visits::Appeal { id: house.ids.next(), visit_id: id, unit_id: visit.unit_id, rep_id: visit.rep_id, reason: body.reason.as_str() };
    if let Appealed::Already { says_the_same: false } = visits::appeal(&mut tx, appeal, now, &house.ids).await? {
        // Its words would be lost.
        return Err(ProblemKind::StateForbids.into());
    }
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(VisitView::stored(visit, caller.reader())))
}
