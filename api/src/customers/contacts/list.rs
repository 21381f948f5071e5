//! `GET /v1/customers/{id}/contacts`

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::customers::{contacts, records};
use utoipa::IntoParams;
use uuid::Uuid;

use super::ContactBody;
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode, limit_of};
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

/// The people at a customer, by name
#[utoipa::path(get, path = "/v1/customers/{id}/contacts", tag = "contacts", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page<ContactBody>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(customer_id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<ContactBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, customer_id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = contacts::of_customer(&mut tx, customer_id, after, limit + 1).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |contact| (contact.name.clone(), contact.id));
    Ok(Json(page.map(ContactBody::from)))
}
