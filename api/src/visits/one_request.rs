//! The one-request form for simple clients: the visit and its photos in one multipart body.
//!
//! Photos are spooled to disk while they arrive, because their size and digest must be known before S3 takes them; nothing is whole in
//! memory, and what is not wanted any more is removed with its file handle.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use store::photos::{self, Declaration, Declared, PhotoState};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::{PHOTOS_MAX, VisitBody};
use super::shown::VisitView;
use super::submit::submit_one;
use crate::House;
use crate::http::extract::{Json, parse_json};
use crate::http::fault::{Fault, FaultCode};
use crate::http::pace::is_too_slow;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::photos::landing::{own_photos, stream_in};
use crate::sessions::Caller;

/// Largest `visit` part, bytes.
const VISIT_MAX: usize = 64 * 1024;

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
    let (mut visit, mut spooled) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name().unwrap_or_default() {
            "visit" if visit.is_none() => visit = Some(read_visit(field).await?),
            "photo" if spooled.len() < PHOTOS_MAX => spooled.push(spool(&house, field).await?),
            "photo" => return Err(Fault::at("photo", FaultCode::TooLong).allowing(format!("0..{PHOTOS_MAX}")).into()),
            "visit" => return Err(Fault::at("visit", FaultCode::Duplicate).into()),
            _ => {
                return Err(
                    Fault::at(field.name().unwrap_or_default().chars().take(64).collect::<String>(), FaultCode::UnknownField).into()
                );
            }
        }
    }
    let (id, mut body) = visit.ok_or_else(|| Fault::at("visit", FaultCode::Required))?;
    spooled.dedup_by(|a, b| a.sha256 == b.sha256);
    for photo in spooled {
        let photo_id = Uuid::new_v5(&id, &photo.sha256);
        take_in(&house, &caller, photo_id, photo).await?;
        if !body.photo_ids.contains(&photo_id) {
            body.photo_ids.push(photo_id);
        }
    }
    let submission = body.into_submission(id, caller.id(), house.clock.now(), "/visit")?;
    submit_one(&house, &caller, &submission).await.map(|(status, visit)| (status, Json(visit)))
}

/// A multipart stream that broke is the client's or the link's affair, never ours.
fn broken(error: &MultipartError) -> Problem {
    if is_too_slow(error) {
        ProblemKind::TooSlow.into()
    } else if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ProblemKind::BodyTooLarge.into()
    } else {
        ProblemKind::UploadBroken.into()
    }
}

async fn read_visit(mut field: Field<'_>) -> Result<(Uuid, VisitBody), Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > VISIT_MAX {
            return Err(ProblemKind::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    let mut value: serde_json::Map<String, serde_json::Value> = parse_json(&bytes)?;
    let id = value.remove("id").ok_or_else(|| Fault::at("/visit/id", FaultCode::Required))?;
    let id = Uuid::deserialize(id).map_err(|_| Fault::at("/visit/id", FaultCode::Malformed))?;
    let body = parse_json(&serde_json::to_vec(&value).unwrap_or_default())?;
    Ok((id, body))
}

/// A photo on disk; the file has no name any more and goes with its handle.
struct Spooled {
    file: tokio::fs::File,
    bytes: u64,
    sha256: [u8; 32],
    content_type: &'static str,
}

async fn spool(house: &House, mut field: Field<'_>) -> Result<Spooled, Problem> {
    let path = house.settings.spool_dir.join(format!("fieldproof-{}", house.ids.next()));
    let mut options = tokio::fs::OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).open(&path).await;
    let mut file = file.map_err(|error| spool_fault(&error))?;
    tokio::fs::remove_file(&path).await.map_err(|error| spool_fault(&error))?;
    let (mut bytes, mut sha256, mut head) = (0_u64, Sha256::new(), Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        bytes += chunk.len() as u64;
        if bytes > house.settings.photo_max_bytes {
            return Err(ProblemKind::BodyTooLarge.into());
        }
        sha256.update(&chunk);
        if head.len() < 16 {
            head.extend(chunk.iter().take(16));
        }
        file.write_all(&chunk).await.map_err(|error| spool_fault(&error))?;
    }
    if bytes == 0 {
        return Err(Fault::at("photo", FaultCode::TooShort).into());
    }
    file.rewind().await.map_err(|error| spool_fault(&error))?;
    Ok(Spooled { file, bytes, sha256: sha256.finalize().into(), content_type: sniffed(&head) })
}

/// What the first bytes look like; the reader of evidence decides for good.
fn sniffed(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => "image/avif",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "image/heic",
        _ => "image/jpeg",
    }
}

/// A spool that is full or away passes by itself.
fn spool_fault(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "the spool folder cannot be used");
    ProblemKind::Unavailable.into()
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
