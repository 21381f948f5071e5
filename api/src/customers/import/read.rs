//! `GET /v1/customer-imports/{id}`

use std::sync::Arc;

use axum::extract::State;
use store::customers::imports;
use uuid::Uuid;

use super::ImportBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// One import
#[utoipa::path(get, path = "/v1/customer-imports/{id}", tag = "customers", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The import", body = ImportBody),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<ImportBody>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let import = imports::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(import.into()))
}
