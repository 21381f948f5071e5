//! What is known of a photo.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::evidence::Reading;
use serde::Serialize;
use store::photos::{self, Photo};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Bytes as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Octets(#[expect(dead_code, reason = "only its schema is used")] Vec<u8>);

/// A photo.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Photo)]
pub struct PhotoView {
    pub id: Uuid,
    #[schema(value_type = lists::PhotoState)]
    pub state: String,
    pub bytes: u64,
    #[schema(value_type = lists::PhotoContentType)]
    pub content_type: String,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub upload_expires_at: DateTime<Utc>,
    pub landed_at: Option<DateTime<Utc>>,
    /// Null until it has landed.
    #[schema(value_type = Option<lists::PhotoReading>)]
    pub reading: Option<String>,
    /// When the whole-picture work (hash, thumbnail) was done.
    pub developed_at: Option<DateTime<Utc>>,
}

impl PhotoView {
    pub fn of(photo: &Photo) -> Self {
        let reading = photo.reading.as_ref().map(|reading| match reading {
            Reading::Evidence(_) => "evidence",
            Reading::Unreadable(_) => "unreadable",
            Reading::UnsupportedType => "unsupported_type",
        });
        Self {
            id: photo.id,
            state: photo.state.as_str().to_owned(),
            bytes: photo.bytes,
            content_type: photo.content_type.clone(),
            sha256: hex::encode(&photo.sha256),
            upload_expires_at: photo.upload_expires_at,
            landed_at: photo.landed_at,
            reading: reading.map(str::to_owned),
            developed_at: photo.developed_at,
        }
    }
}

/// One photo
#[utoipa::path(get, path = "/v1/photos/{id}", tag = "photos", params(("id" = Uuid, Path, description = "The photo")),
    responses((status = 200, description = "The photo", body = PhotoView)))]
pub async fn show(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<PhotoView>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let photo = photos::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(PhotoView::of(&photo)))
}
