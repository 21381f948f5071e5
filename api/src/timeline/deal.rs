//! `GET /v1/deals/{id}/timeline`

use std::sync::Arc;

use axum::extract::State;
use store::deals::records;
use store::timeline::About;
use uuid::Uuid;

use super::pages::{Asked, Page, read};
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// The story of a deal, what happened last first
///
/// Every action about the deal, the lead that it came from, its visits, documents and hand-overs, with the alerts and what people were told
/// because of them; read as a customer's.
#[utoipa::path(get, path = "/v1/deals/{id}/timeline", tag = "customers", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page),
))]
pub async fn deal(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page>, Problem> {
    let wanted = asked.read()?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let deal = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    read(&house, &caller, tx, (About::Deal(deal.id), deal.customer_id), wanted).await.map(Json)
}
