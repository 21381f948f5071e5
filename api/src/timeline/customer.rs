//! `GET /v1/customers/{id}/timeline`

use std::sync::Arc;

use axum::extract::State;
use store::customers::records;
use store::timeline::About;
use uuid::Uuid;

use super::pages::{Asked, Page, read};
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// The story of a customer, what happened last first
///
/// Every action about the customer, its contacts, and its leads, deals, visits, documents and hand-overs, with the alerts and what people
/// were told because of them. `older` and `newer` lead on in either direction; `newer` stays good, for asking again later. Texts are cut and
/// masked: telephone numbers, identity and bank cards, mail and chat addresses, number plates and the names of the customer's people.
/// Of a customer that several units share, everybody sees the visits, leads and deals of their own unit and below; reps and clerks see their
/// own. That somebody looked is written down, once in ten minutes: `GET /v1/looks`.
#[utoipa::path(get, path = "/v1/customers/{id}/timeline", tag = "customers", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page),
))]
pub async fn customer(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page>, Problem> {
    let wanted = asked.read()?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let customer = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    read(&house, &caller, tx, (About::Customer(customer.id), customer.id), wanted).await.map(Json)
}
