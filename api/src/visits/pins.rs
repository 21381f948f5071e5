//! Pins that heal: proposed by visits, decided by supervisors.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::visits::pins::{self, Decided, Decision, Page, Proposal, Proposed};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{self, Limit, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::place::{Place, Precision};
use crate::sessions::Caller;

/// A proposal, by id.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalId {
    pub id: Uuid,
}

/// Propose a visit's position as its customer's pin
///
/// For a visit that was left out because of where the pin is. A customer without a pin is proposed one by itself.
#[utoipa::path(post, path = "/v1/visits/{id}/pin-proposal", tag = "visits", params(("id" = Uuid, Path, description = "The visit")), responses(
    (status = 201, description = "Proposed", body = ProposalId),
    (status = 200, description = "Proposed before", body = ProposalId),
    (status = 409, description = "`state_forbids`: the pin is not what keeps this visit from counting", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn propose(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<ProposalId>), Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let proposed = pins::propose(&mut tx, id, house.clock.now(), &house.ids).await?;
    tx.commit().await?;
    match proposed {
        Proposed::Opened(id) => Ok((StatusCode::CREATED, Json(ProposalId { id }))),
        Proposed::Already(id) => Ok((StatusCode::OK, Json(ProposalId { id }))),
        Proposed::NotFound => Err(ProblemKind::NotFound.into()),
        Proposed::NothingToPropose => Err(ProblemKind::StateForbids.into()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProposalQuery {
    #[serde(default)]
    #[param(required = false)]
    customer_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    limit: Option<Limit>,
    #[serde(default)]
    #[param(required = false)]
    cursor: Option<String>,
}

/// A page of open proposals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PinProposalPage)]
pub struct ProposalPage {
    pub items: Vec<ProposalView>,
    pub next_cursor: Option<String>,
}

/// Where a visit says that its customer is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PinProposal)]
pub struct ProposalView {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub customer_name: String,
    /// The present pin, WGS-84.
    pub pin: Option<Place>,
    pub visit_id: Uuid,
    pub rep_id: Uuid,
    pub rep_name: String,
    /// The proposed position, WGS-84.
    pub position: Place,
    /// Metres between the two.
    pub distance_m: Option<f64>,
    pub created_at: DateTime<Utc>,
}

impl ProposalView {
    fn told(row: Proposal, precision: Precision) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            pin: row.pin.map(|pin| Place::shown(pin, precision)),
            visit_id: row.visit_id,
            rep_id: row.rep_id,
            rep_name: row.rep_name,
            position: Place::shown(row.position, precision),
            distance_m: row.distance_m,
            created_at: row.created_at,
        }
    }
}

/// Open pin proposals, oldest first
#[utoipa::path(get, path = "/v1/pin-proposals", tag = "visits", params(ProposalQuery),
    responses((status = 200, description = "A page", body = ProposalPage)))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<ProposalQuery>,
) -> Result<Json<ProposalPage>, Problem> {
    let limit = limit_of(query.limit);
    let page = Page { customer_id: query.customer_id, after: decode_moment(query.cursor.as_deref())?, limit };
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = pins::proposals(&mut tx, &page).await?;
    tx.commit().await?;
    let page = page::Page::cut(rows, limit, |row| (row.created_at, row.id)).map(|row| ProposalView::told(row, caller.precision));
    Ok(Json(ProposalPage { items: page.items, next_cursor: page.next_cursor }))
}

/// What shall become of a proposal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinDecision {
    pub decision: Verb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PinVerb)]
pub enum Verb {
    /// It becomes the customer's pin, and visits left out because of the old one are judged again.
    Accept,
    Reject,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PinDecided {
    pub customer_id: Uuid,
    /// The customer's version, when its pin changed.
    pub customer_version: Option<i32>,
}

/// Decide on a pin proposal
#[utoipa::path(post, path = "/v1/pin-proposals/{id}/decision", tag = "visits", params(("id" = Uuid, Path, description = "The proposal")),
    request_body = PinDecision, responses(
    (status = 200, description = "Decided", body = PinDecided),
    (status = 409, description = "`state_forbids`: it was decided otherwise before", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn decide(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<PinDecision>,
) -> Result<Json<PinDecided>, Problem> {
    let decision = match body.decision {
        Verb::Accept => Decision::Accept,
        Verb::Reject => Decision::Reject,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let decided = pins::decide(&mut tx, id, decision, house.clock.now(), &house.ids).await?;
    tx.commit().await?;
    match decided {
        Decided::Accepted { customer_id, version } => Ok(Json(PinDecided { customer_id, customer_version: Some(version) })),
        Decided::Rejected { customer_id } => Ok(Json(PinDecided { customer_id, customer_version: None })),
        Decided::Already(_) => Err(ProblemKind::StateForbids.into()),
        Decided::NotFound => Err(ProblemKind::NotFound.into()),
    }
}
