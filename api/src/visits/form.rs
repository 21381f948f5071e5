//! The parts of the one-request form, as they arrive.
//!
//! Photos are spooled to disk, because their size and digest must be known before S3 takes them; nothing is whole in memory, and what is
//! not wanted any more is removed with its file handle.

use std::path::Path;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use platform::Ids;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;

use super::request::{PHOTOS_MAX, VisitBody, read_with_id};
use crate::http::extract::parse_json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::pace::is_too_slow;
use crate::http::problem::{Problem, ProblemKind};

/// Largest `visit` part, bytes.
const VISIT_MAX: usize = 64 * 1024;

/// Where photos wait until they are known whole.
pub struct Spool<'a> {
    pub folder: &'a Path,
    /// Names for files that lose them at once.
    pub ids: &'a Ids,
    pub photo_max_bytes: u64,
}

/// A form that arrived whole.
pub struct Form {
    pub id: Uuid,
    pub body: VisitBody,
    pub photos: Vec<Spooled>,
}

/// A photo on disk; the file has no name any more and goes with its handle.
pub struct Spooled {
    pub file: tokio::fs::File,
    pub bytes: u64,
    pub sha256: [u8; 32],
    pub content_type: &'static str,
}

/// Reads a form to its end.
///
/// # Errors
/// `UploadBroken`, `TooSlow` or `BodyTooLarge` for the body; `FieldsRefused` or `MalformedBody` for what is in it.
pub async fn read(form: &mut Multipart, spool: &Spool<'_>) -> Result<Form, Problem> {
    let (mut visit, mut photos) = (None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name().unwrap_or_default() {
            "visit" if visit.is_none() => visit = Some(read_visit(field).await?),
            "photo" if photos.len() < PHOTOS_MAX => photos.push(spool.take(field).await?),
            "photo" => return Err(Fault::at("photo", FaultCode::TooLong).allowing(format!("0..{PHOTOS_MAX}")).into()),
            "visit" => return Err(Fault::at("visit", FaultCode::Duplicate).into()),
            other => return Err(Fault::at(other.chars().take(64).collect::<String>(), FaultCode::UnknownField).into()),
        }
    }
    let (id, body) = visit.ok_or_else(|| Fault::at("visit", FaultCode::Required))?;
    photos.dedup_by(|a: &mut Spooled, b| a.sha256 == b.sha256);
    Ok(Form { id, body, photos })
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
    let visit = parse_json(&bytes).map_err(|problem| problem.below("/visit"))?;
    let (id, body) = read_with_id(visit, "/visit")?;
    Ok((id, body?))
}

impl Spool<'_> {
    /// Takes one photo in.
    async fn take(&self, mut field: Field<'_>) -> Result<Spooled, Problem> {
        let path = self.folder.join(format!("fieldproof-{}", self.ids.next()));
        let mut options = tokio::fs::OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).open(&path).await;
        let mut file = file.map_err(|error| spool_fault(&error))?;
        tokio::fs::remove_file(&path).await.map_err(|error| spool_fault(&error))?;
        let (mut bytes, mut sha256, mut head) = (0_u64, Sha256::new(), Vec::new());
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
            bytes += chunk.len() as u64;
            if bytes > self.photo_max_bytes {
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
pub fn spool_fault(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "the spool folder cannot be used");
    ProblemKind::Unavailable.into()
}
