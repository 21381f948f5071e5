//! `POST /v1/customer-imports/{id}/apply`

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::customers::imports::{self, Applied};
use utoipa::IntoParams;
use uuid::Uuid;

use super::ImportBody;
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// How strict to be.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Leave lines with faults out, instead of refusing the whole import because of them.
    #[serde(default)]
    #[param(required = false)]
    skip_faults: bool,
}

/// Apply an import
///
/// All of it at once or nothing. The lines are matched with the customers as they stand now, so the counts may differ from the check. An
/// import that was applied answers the same again.
#[utoipa::path(post, path = "/v1/customer-imports/{id}/apply", tag = "customers", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "It is in force", body = ImportBody),
    (status = 409, description = "`state_forbids`: lines have faults, or the import was refused or is being read still", body = ProblemBody,
        content_type = "application/problem+json"),
))]
pub async fn apply(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<ImportBody>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    match imports::apply(&mut tx, &house.ids, house.clock.now(), id, asked.skip_faults).await? {
        Applied::Done(import) => {
            tx.commit().await?;
            Ok(Json(import.into()))
        }
        Applied::HasFaults => Err(Problem::with(ProblemKind::StateForbids, Fault::at("?skip_faults", FaultCode::Required))),
        Applied::NotReady => Err(ProblemKind::StateForbids.into()),
        Applied::Unknown => Err(ProblemKind::NotFound.into()),
    }
}
