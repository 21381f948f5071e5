//! `GET /v1/documents/{id}`

use std::sync::Arc;

use axum::extract::State;
use uuid::Uuid;

use super::shown::{WholeDocument, whole};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// One document, with its versions and what became of each
#[utoipa::path(get, path = "/v1/documents/{id}", tag = "documents", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The document", body = WholeDocument),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<WholeDocument>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let body = whole(&mut tx, id, caller.language).await?;
    tx.commit().await?;
    Ok(Json(body))
}
