//! `POST /v1/weekly-list-entries/{id}/done`

use std::sync::Arc;

use axum::extract::State;
use store::{lists, playbook};
use uuid::Uuid;

use super::shown::EntryBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Tick an entry off
///
/// What was ticked off before stays as it was.
#[utoipa::path(post, path = "/v1/weekly-list-entries/{id}/done", tag = "leads", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is done", body = EntryBody),
))]
pub async fn done(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<EntryBody>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let entry = lists::tick_off(&mut tx, &house.ids, house.clock.now(), id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    Ok(Json(EntryBody::told(entry, &playbook, caller.language)))
}
