//! `GET /v1/deals/{id}/actions`

use std::sync::Arc;

use axum::extract::State;
use domain::playbook::SubjectKind;
use store::deals::{journal, records};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::leads::{ActionBody, JournalAsked, Log, page_of_log};
use crate::sessions::Caller;

/// What was done about a deal, last first
///
/// With the visits that counted for it. Whoever holds the deal, and keys of other systems, read it as it was recorded. Everybody else, a
/// director as well as another department, reads it as the timeline tells it: texts are cut, and telephone numbers, identity and bank cards,
/// mail and chat addresses, number plates and the names of the customer's people are masked. That somebody else looked, a key too, is written
/// down once in ten minutes: `GET /v1/looks`.
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
    let (subject, customer_id) = (SubjectKind::Deal, Some(deal.customer_id));
    let log = Log { subject, id: deal.id, owner_id: deal.owner_id, customer_id, person: None };
    let masked = log.opened((&house, &caller), &mut tx, asked.reason.as_ref()).await?;
    tx.commit().await?;
    Ok(Json(page_of_log(rows, limit, masked.as_deref(), caller.language)))
}
