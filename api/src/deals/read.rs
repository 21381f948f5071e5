//! `GET /v1/deals/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::playbook::{Facts, SubjectKind};
use store::deals::{known, records};
use store::{Tx, engine, playbook};
use uuid::Uuid;

use super::shown::{Around, DetailBody};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// One deal
///
/// Its stage and how it came there, every field with who wrote it, and the timers that watch it.
#[utoipa::path(get, path = "/v1/deals/{id}", tag = "deals", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The deal", body = DetailBody, headers(("ETag" = String))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let deal = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let facts = engine::look(&mut tx, SubjectKind::Deal, id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let around = around(&mut tx, id, &facts).await?;
    tx.commit().await?;
    let version = deal.version;
    let body = DetailBody::told(deal, &facts, around, &playbook, caller.language);
    Ok(([(header::ETAG, etag(version))], Json(body)).into_response())
}

async fn around(tx: &mut Tx, id: Uuid, facts: &Facts) -> Result<Around, Problem> {
    let wrote = facts.subject.fields.values().map(|written| written.action).collect::<Vec<_>>();
    Ok(Around { timers: known::timers(tx, id).await?, stays: known::stays(tx, id).await?, authors: known::authors(tx, id, &wrote).await? })
}
