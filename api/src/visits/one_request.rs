//! The one-request form for simple clients: the visit and its photos in one multipart body.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use store::photos::{self, Declaration, Declared, PhotoState};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::form::{self, Form, Spool, Spooled, spool_fault};
use super::request::{PHOTOS_MAX, VisitBody};
use super::shown::VisitView;
use super::submit::submit_one;
use crate::House;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::photos::landing::{own_photos, stream_in};
use crate::sessions::Caller;

/// The parts of the form.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct VisitForm {
    /// The visit as in `PUT /v1/visits/{id}`, plus its `id`; photos that were declared before may be named in `photo_ids`.
    #[schema(value_type = super::batch::BatchVisit)]
    visit: VisitBody,
    /// One or more photos, byte for byte.
    #[schema(value_type = Vec<String>, format = Binary, max_items = 10)]
    photo: Vec<String>,
}

/// Submit a visit with its photos in one request
///
/// Repeating it answers the same: photos are recognised by their bytes.
#[utoipa::path(post, path = "/v1/visits", tag = "visits", request_body(content = VisitForm, content_type = "multipart/form-data"), responses(
    (status = 201, description = "Recorded for the first time", body = VisitView),
    (status = 200, description = "Recorded before; this is how it stands", body = VisitView),
    (status = 409, description = "As for `PUT /v1/visits/{id}`", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn submit(
    State(house): State<Arc<House>>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<VisitView>), Problem> {
    let mut form = form.map_err(|_| ProblemKind::TypeUnsupported)?;
    let spool = Spool { folder: &house.settings.spool_dir, ids: &house.ids, photo_max_bytes: house.settings.photo_max_bytes };
    let Form { id, mut body, photos } = form::read(&mut form, &spool).await?;
    let named = body.photo_ids.len();
    let photos: Vec<_> = photos.into_iter().map(|photo| (Uuid::new_v5(&id, &photo.sha256), photo)).collect();
    for (photo_id, _) in &photos {
        if !body.photo_ids.contains(photo_id) {
            body.photo_ids.push(*photo_id);
        }
    }
    if named <= PHOTOS_MAX && body.photo_ids.len() > PHOTOS_MAX {
        // Neither list is too long; both together are.
        return Err(Fault::at("photo", FaultCode::NotAllowed).allowing(format!("0..{}", PHOTOS_MAX - named)).into());
    }
    for (photo_id, photo) in photos {
        take_in(&house, &caller, photo_id, photo).await?;
    }
    let submission = body.into_submission(id, caller.id(), house.clock.now(), "/visit")?;
    submit_one(&house, &caller, &submission).await.map(|(status, visit)| (status, Json(visit)))
}

async fn take_in(house: &House, caller: &Caller, photo_id: Uuid, spooled: Spooled) -> Result<(), Problem> {
    let now = house.clock.now();
    let declaration = Declaration {
        id: photo_id,
        rep_id: caller.id(),
        sha256: &spooled.sha256,
        bytes: spooled.bytes,
        content_type: spooled.content_type,
        purpose: "storefront",
        now,
        upload_expires_at: now + TimeDelta::from_std(house.settings.upload_after).unwrap_or_default(),
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let declared = photos::declare(&mut tx, &declaration).await?;
    tx.commit().await?;
    if matches!(declared, Declared::Differs) {
        return Err(ProblemKind::IdTaken.into());
    }
    let photo = own_photos(house, &caller.scope, &[photo_id]).await?.pop().ok_or(ProblemKind::NotFound)?;
    if photo.state == PhotoState::Landed {
        return Ok(());
    }
    stream_in(house, &caller.scope, &photo, file_chunks(spooled.file)).await
}

fn file_chunks(file: tokio::fs::File) -> impl Stream<Item = Result<Bytes, Problem>> + Send + Unpin {
    ReaderStream::with_capacity(file, 64 * 1024).map(|chunk| chunk.map_err(|error| spool_fault(&error)))
}
