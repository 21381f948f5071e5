//! `POST /v1/documents/{id}/versions`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::customers::is_own_unit;
use store::documents::records;
use utoipa::ToSchema;
use uuid::Uuid;

use super::create::may_fill_library;
use super::shown::{WholeDocument, whole};
use crate::House;
use crate::attachments::landing::all_arrived;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// A version to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDocumentVersion, example = json!({"attachment_id": "019aadde-5ae0-7000-8000-000000000202"}))]
pub struct NewVersion {
    /// Declared and uploaded as an attachment.
    attachment_id: Uuid,
}

/// Add a version
///
/// Links that were sent go on leading to the version that they were made for; what the playbook says about openings, it says anew for
/// the new version.
#[utoipa::path(post, path = "/v1/documents/{id}/versions", tag = "documents", request_body = NewVersion,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Added", body = WholeDocument),
        (status = 403, description = "`not_permitted`: it is the library's, or a unit's above", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn add_version(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<NewVersion>,
) -> Result<Response, Problem> {
    let (now, once) = (house.clock.now(), Once::new(caller.id(), "POST /v1/documents/{id}/versions", key, &(id, &request)));
    let mut tx = house.db.begin(&caller.scope).await?;
    let document = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    // Whoever might not have filed it may not put another file in its place: not what a unit above holds, and reps not the library.
    let is_library = document.customer_id.is_none() && document.deal_id.is_none();
    if (is_library && !may_fill_library(&caller)) || !is_own_unit(&mut tx, document.unit_id).await? {
        return Err(ProblemKind::NotPermitted.into());
    }
    tx.commit().await?;
    all_arrived(&house, &caller.scope, &[("/attachment_id".to_owned(), request.attachment_id)]).await?;
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    records::add_version(&mut tx, &house.ids, now, id, request.attachment_id).await?;
    let body = whole(&mut tx, id, caller.language).await?;
    once.keep(&mut tx, StatusCode::CREATED, &body, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
