//! `POST /v1/documents/{id}/sign`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::documents::records;
use store::documents::sharings::{self, Standing};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{WholeDocument, whole};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// What was signed: all that the document was shared as, unless it is narrowed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentSignature, example = json!({}))]
pub struct Signature {
    sharing_id: Option<Uuid>,
    customer_id: Option<Uuid>,
}

/// Record that a document was signed
///
/// Nobody is asked to step in for it any more. A deal that is signed does the same for the documents that were shared about it.
#[utoipa::path(post, path = "/v1/documents/{id}/sign", tag = "documents", request_body = Signature,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is signed", body = WholeDocument),
        (status = 409, description = "`state_forbids`: it was not shared so, or was signed or withdrawn before", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn sign(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Signature>,
) -> Result<Response, Problem> {
    let (now, once) = (house.clock.now(), Once::new(caller.id(), "POST /v1/documents/{id}/sign", key, &(id, &request)));
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let shared = standing(&mut tx, id, request.sharing_id, request.customer_id).await?;
    for one in &shared {
        sharings::sign(&mut tx, &house.ids, now, one).await?;
    }
    let body = whole(&mut tx, id, caller.language).await?;
    once.keep(&mut tx, StatusCode::OK, &body, now).await?;
    tx.commit().await?;
    Ok(Json(body).into_response())
}

/// What the document is shared as and is neither signed nor withdrawn, narrowed to what is named; it is held until the transaction ends.
///
/// # Errors
/// `StateForbids` when there is none.
pub(super) async fn standing(tx: &mut Tx, id: Uuid, sharing_id: Option<Uuid>, customer_id: Option<Uuid>) -> Result<Vec<Standing>, Problem> {
    records::hold(tx, id).await?;
    let standing = sharings::standing(tx, id, sharing_id, customer_id).await?;
    if standing.is_empty() { Err(ProblemKind::StateForbids.into()) } else { Ok(standing) }
}
