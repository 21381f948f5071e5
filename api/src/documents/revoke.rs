//! `POST /v1/document-links/{id}/revoke`

use std::sync::Arc;

use axum::extract::State;
use store::documents::links::{self, Which};
use uuid::Uuid;

use super::shown::LinkBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Revoke a link
///
/// From now on it leads nowhere, like one that never was. Repeating it changes nothing.
#[utoipa::path(post, path = "/v1/document-links/{id}/revoke", tag = "documents", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is revoked", body = LinkBody),
))]
pub async fn revoke(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<LinkBody>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    links::list(&mut tx, Which::One(id)).await?.pop().ok_or(ProblemKind::NotFound)?;
    links::revoke(&mut tx, &house.ids, house.clock.now(), id).await?;
    let link = links::list(&mut tx, Which::One(id)).await?.pop().ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(link.into()))
}
