//! `POST /v1/deals/{id}/move`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::deals::{permitted, reasons};
use domain::playbook::{ActionKind, PlacementRefused, SubjectKind, may_place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::deals::deeds::Deed;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::Desk;
use super::shown::DealBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// Where it shall be, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealMove, example = json!({"to": "needs_confirmed", "reason": "预算变了，要重新确认需求"}))]
pub struct Move {
    /// A stage of the playbook.
    to: Text<1, 40>,
    /// In words; the log keeps it.
    reason: Text<1, 500>,
    /// Needed for a stage in which the deal is over, and for no other: one of `GET /v1/deal-options`.
    reason_code: Option<Text<1, 40>>,
}

/// Move a deal by hand
///
/// Supervisors and admins, where the playbook lets them. Moving back is counted as rework; what was known before moves the deal no further.
/// To where it is already, nothing moves.
#[utoipa::path(post, path = "/v1/deals/{id}/move", tag = "deals", request_body = Move, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is there", body = DealBody, headers(("ETag" = String))),
    (status = 409, description = "`state_forbids`: nothing was begun yet", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn place(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(request): Json<Move>,
) -> Result<Response, Problem> {
    let mut desk = Desk::open(&house, &caller, id).await?;
    let Some(place) = &desk.facts.subject.place else { return Err(ProblemKind::StateForbids.into()) };
    let (to, reason) = (request.to.as_str(), request.reason.as_str());
    let refused = match may_place(&desk.playbook, SubjectKind::Deal, Some(place), to, Some(caller.role()), Some(reason)) {
        Ok(_) => None,
        Err(PlacementRefused::AlreadyThere) => return desk.answer().await,
        Err(refused) => Some(refused),
    };
    if let Some(refused) = refused {
        return Err(problem_of(refused));
    }
    let stage =
        permitted::rules(&desk.playbook).and_then(|rules| rules.stage(to)).ok_or_else(|| problem_of(PlacementRefused::StageUnknown))?;
    let code = request.reason_code.as_ref().map(Text::as_str);
    if !reasons::fits(stage.kind, code) {
        let allowed = reasons::codes(stage.kind);
        let fault = if code.is_none() {
            FaultCode::Required
        } else if allowed.is_empty() {
            FaultCode::NotAllowed
        } else {
            FaultCode::NotKnown
        };
        return Err(Fault::at("/reason_code", fault).allowing(allowed.join(", ")).into());
    }
    let mut data = json!({ "to": to, "reason": reason, "from": place.stage.as_str() });
    if let (Some(code), Some(data)) = (code, data.as_object_mut()) {
        data.insert("reason_code".to_owned(), json!(code));
    }
    desk.record(Deed::of(ActionKind::DealMoved, id, None, data)).await?;
    desk.answer().await
}

fn problem_of(refused: PlacementRefused) -> Problem {
    match refused {
        PlacementRefused::StageUnknown | PlacementRefused::AlreadyThere => Fault::at("/to", FaultCode::NotKnown).into(),
        PlacementRefused::RoleNotAllowed => ProblemKind::NotPermitted.into(),
        PlacementRefused::ReasonMissing => Fault::at("/reason", FaultCode::TooShort).into(),
    }
}
