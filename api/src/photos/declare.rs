//! Declaring a photo: what will come, and where to put it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use store::objects::{self, incoming_key};
use store::photos::{self, Declaration, Declared, PhotoState};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Sha256Hex, Whole};
use crate::sessions::Caller;

/// What a photo is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Storefront,
}

/// The type that the client says a photo has; what it really is, its bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum PhotoType {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/heic")]
    Heic,
    #[serde(rename = "image/heif")]
    Heif,
    #[serde(rename = "image/avif")]
    Avif,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/webp")]
    Webp,
}

impl PhotoType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Heic => "image/heic",
            Self::Heif => "image/heif",
            Self::Avif => "image/avif",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// A photo that a client is going to upload.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPhoto {
    /// The client's own id (UUIDv7) makes declaring repeatable; left out, the server makes one.
    #[serde(default)]
    pub id: Option<Uuid>,
    pub sha256: Sha256Hex,
    /// Size in bytes; the installation may allow less (`GET /v1/visit-rules`).
    pub bytes: Whole<1, 104_857_600>,
    pub content_type: PhotoType,
    pub purpose: Purpose,
}

/// A declared photo and where its bytes go.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclaredPhoto {
    pub id: Uuid,
    /// The same as `id`.
    pub photo_id: Uuid,
    /// `landed` when these bytes have arrived before.
    #[schema(value_type = lists::PhotoState)]
    pub state: String,
    pub upload: UploadTicket,
}

/// Send the bytes with exactly this method, URL and headers.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadTicket {
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub expires_at: DateTime<Utc>,
}

/// Declare a photo
///
/// Answers a presigned upload into which size, type and SHA-256 are bound. Declaring the same id with the same content again opens the
/// window again. Clients that cannot reach the object storage send the bytes to `PUT /v1/photos/{id}/content` instead.
#[utoipa::path(post, path = "/v1/photos", tag = "photos", request_body = NewPhoto,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same and creates nothing", max_length = 255)),
    responses(
    (status = 201, description = "Declared", body = DeclaredPhoto, headers(("Location" = String, description = "The photo"))),
    (status = 409, description = "`other_content`: this id was declared with other content", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn declare(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(photo): Json<NewPhoto>,
) -> Result<Response, Problem> {
    let bytes = u64::try_from(photo.bytes.get()).unwrap_or(u64::MAX);
    if bytes > house.settings.photo_max_bytes {
        return Err(Fault::at("/bytes", FaultCode::OutOfRange).allowing(format!("1..{}", house.settings.photo_max_bytes)).into());
    }
    let now = house.clock.now();
    let once = Once::new(caller.id(), "POST /v1/photos", key, &photo);
    let id = photo.id.unwrap_or_else(|| house.ids.next());
    let open_for = house.settings.upload_after;
    let expires_at = now + TimeDelta::from_std(open_for).unwrap_or_default();
    let sha256 = photo.sha256.0;
    let declared = objects::Declared { bytes, sha256: &sha256, content_type: photo.content_type.as_str() };
    let upload = house.objects.presign_put(&incoming_key(caller.scope.organisation_id, id), declared, open_for).await?;

    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let declaration = Declaration {
        id,
        rep_id: caller.id(),
        sha256: &sha256,
        bytes,
        content_type: photo.content_type.as_str(),
        purpose: "storefront",
        now,
        upload_expires_at: expires_at,
    };
    let state = match photos::declare(&mut tx, &declaration).await? {
        Declared::New => PhotoState::Declared,
        Declared::Again(photo) => photo.state,
        Declared::Differs => return Err(Problem::with(ProblemKind::OtherContent, Fault::at("/id", FaultCode::Duplicate))),
    };
    let ticket = UploadTicket { method: upload.method, url: upload.url, headers: upload.headers, expires_at };
    let answer = DeclaredPhoto { id, photo_id: id, state: state.as_str().to_owned(), upload: ticket };
    once.keep(&mut tx, StatusCode::CREATED, &answer, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/photos/{id}"))], Json(answer)).into_response())
}
