//! Uploading a photo's bytes through the API, for clients that cannot reach the object storage.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use store::photos::{self, PhotoState};
use uuid::Uuid;

use super::landing::stream_in;
use super::show::PhotoView;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::uploads::declared_body;
use crate::sessions::Caller;

/// Upload a declared photo's bytes
///
/// Exactly the declared bytes, size and SHA-256; anything else is refused and nothing is kept. Repeating it after it succeeded changes
/// nothing.
#[utoipa::path(put, path = "/v1/photos/{id}/content", tag = "photos",
    params(("id" = Uuid, Path, description = "The declared photo")),
    request_body(content = inline(super::show::Octets), content_type = "application/octet-stream", description = "The photo, byte for byte"),
    responses((status = 200, description = "The photo is final", body = PhotoView)))]
pub async fn upload(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PhotoView>, Problem> {
    let photo = find(&house, &caller, id).await?;
    if photo.state != PhotoState::Landed {
        let chunks = declared_body(&headers, body, photo.bytes)?;
        stream_in(&house, &caller.scope, &photo, chunks).await?;
    }
    Ok(Json(PhotoView::of(&find(&house, &caller, id).await?)))
}

async fn find(house: &House, caller: &Caller, id: Uuid) -> Result<photos::Photo, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let photo = photos::find(&mut tx, id).await?;
    tx.commit().await?;
    photo.ok_or_else(|| ProblemKind::NotFound.into())
}
