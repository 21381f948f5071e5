//! A supervisor's decision on a visit.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use domain::visits::VerdictStatus;
use serde::{Deserialize, Serialize};
use store::visits::{self, ReviewOutcome};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::VisitView;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::http::versions::if_match;
use crate::sessions::Caller;

/// What the supervisor decides, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub decision: Decision,
    #[schema(example = "已电话核实，客户确认当天到访")]
    pub reason: Text<2, 1000>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Valid,
    Invalid,
}

/// Decide on a visit
///
/// Settles `review` visits, answers an appeal, or overrules a verdict. The decision is a new verdict beside the old ones. With `If-Match`
/// it is made only if the verdict that was read is still the latest: of two supervisors at once, the second is told.
#[utoipa::path(post, path = "/v1/visits/{id}/review", tag = "visits", params(("id" = Uuid, Path, description = "The visit"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read: the number of the latest verdict")),
    request_body = Review, responses(
    (status = 200, description = "The visit as it stands now", body = VisitView, headers(("ETag" = String))),
    (status = 412, description = "`version_differs`: there is a newer verdict", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "`state_forbids`: its photos are still awaited", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn review(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(review): Json<Review>,
) -> Result<Response, Problem> {
    let wanted = if headers.contains_key(header::IF_MATCH) { if_match(&headers)? } else { None };
    let status = match review.decision {
        Decision::Valid => VerdictStatus::Valid,
        Decision::Invalid => VerdictStatus::Invalid,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let decision = visits::Decision { status, reason: review.reason.as_str(), of_verdict: wanted };
    match visits::decide(&mut tx, id, decision, house.clock.now(), &house.ids).await? {
        ReviewOutcome::NotJudged => return Err(ProblemKind::StateForbids.into()),
        ReviewOutcome::Newer => return Err(ProblemKind::VersionDiffers.into()),
        ReviewOutcome::Decided { .. } | ReviewOutcome::Already => {}
    }
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(VisitView::stored(visit, caller.reader()).tagged())
}
