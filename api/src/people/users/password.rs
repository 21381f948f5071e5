//! Setting a user's password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use store::people::passwords;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::people::values::NewPassword;
use crate::sessions::Caller;

/// A password to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordToSet {
    password: NewPassword,
}

/// Set a user's password
///
/// Ends all of the person's sessions.
#[utoipa::path(post, path = "/v1/users/{id}/password", tag = "people", request_body = PasswordToSet, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is set"),
))]
pub async fn set(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(request): Json<PasswordToSet>,
) -> Result<StatusCode, Problem> {
    // Whether the caller's session still lives is seen before work is spent on hashing.
    house.db.begin(&caller.scope).await?.commit().await?;
    let hash = house.passwords.hash(request.password.into_string()).await?;
    let mut tx = house.db.begin(&caller.scope).await?;
    if !passwords::set(&mut tx, &house.ids, id, &hash, house.clock.now()).await? {
        return Err(ProblemKind::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
