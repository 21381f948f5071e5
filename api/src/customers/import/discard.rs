//! `DELETE /v1/customer-imports/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use store::customers::imports::{self, ImportState};
use uuid::Uuid;

use crate::House;
use crate::http::extract::Path;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// Discard an import that was not applied
#[utoipa::path(delete, path = "/v1/customer-imports/{id}", tag = "customers", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "Discarded, with its lines"),
    (status = 409, description = "`state_forbids`: it was applied", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn discard(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let import = imports::hold(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    if import.state == ImportState::Applied {
        return Err(ProblemKind::StateForbids.into());
    }
    imports::discard(&mut tx, &house.ids, house.clock.now(), id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
