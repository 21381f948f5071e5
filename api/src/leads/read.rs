//! `GET /v1/leads/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use store::leads::records;
use store::playbook;
use uuid::Uuid;

use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// One lead
///
/// A lead that was merged into another stays readable and names it.
#[utoipa::path(get, path = "/v1/leads/{id}", tag = "leads", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The lead", body = LeadBody, headers(("ETag" = String))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let lead = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    let body = LeadBody::told(lead, &playbook, caller.language);
    Ok(([(header::ETAG, etag(body.version))], Json(body)).into_response())
}
