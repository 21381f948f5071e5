//! `POST /v1/documents/{id}/withdraw`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::documents::{records, sharings};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{WholeDocument, whole};
use super::sign::standing;
use crate::House;
use crate::customers::fields::trimmed;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// What is taken back, and why: all that the document was shared as, unless it is narrowed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentWithdrawal, example = json!({ "reason": "发错了版本" }))]
pub struct Withdrawal {
    reason: Text<1, 500>,
    sharing_id: Option<Uuid>,
    customer_id: Option<Uuid>,
}

/// Take a document back
///
/// Its links lead nowhere from now on, and nobody is asked to step in for it. The same version is not shared with that customer again; a
/// new one is.
#[utoipa::path(post, path = "/v1/documents/{id}/withdraw", tag = "documents", request_body = Withdrawal,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is taken back", body = WholeDocument),
        (status = 409, description = "`state_forbids`: it was not shared so, or was signed or withdrawn before", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn withdraw(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Withdrawal>,
) -> Result<Response, Problem> {
    let reason = trimmed(&request.reason, "/reason")?;
    let (now, once) = (house.clock.now(), Once::new(caller.id(), "POST /v1/documents/{id}/withdraw", key, &(id, &request)));
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    for one in standing(&mut tx, id, request.sharing_id, request.customer_id).await? {
        sharings::withdraw(&mut tx, &house.ids, now, &one, &reason).await?;
    }
    let body = whole(&mut tx, id, caller.language).await?;
    once.keep(&mut tx, StatusCode::OK, &body, now).await?;
    tx.commit().await?;
    Ok(Json(body).into_response())
}
