//! `GET /v1/contacts/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use store::customers::contacts;
use uuid::Uuid;

use super::ContactBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// One contact
#[utoipa::path(get, path = "/v1/contacts/{id}", tag = "contacts", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The contact", body = ContactBody, headers(("ETag" = String))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let contact = contacts::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(([(header::ETAG, etag(contact.version))], Json(ContactBody::from(contact))).into_response())
}
