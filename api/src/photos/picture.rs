//! Looking at a photo: only pictures that we made ourselves leave the house, so that no metadata does.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::looks::{self, Glance, What};
use store::photos::{self, PhotoState};
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Path, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::permissions::PRECISE_POSITIONS;
use crate::place::Precision;
use crate::sessions::Caller;

/// Which picture of the photo.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// 512 pixels on the longer side.
    #[default]
    Thumbnail,
    /// For looking closely: time, place, rep and visit are written into it.
    Watermark,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PictureQuery {
    #[serde(default)]
    #[param(inline, required = false)]
    pub size: Size,
}

/// A picture of a photo
///
/// A JPEG made from the photo, without any of its metadata. Thumbnails are there some seconds after the photo has landed; a watermarked
/// copy is made when it is first asked for. Until then the answer is `202`: ask again after `Retry-After`. A watermark says where the photo
/// was taken: keys need `positions:precise` for it.
#[utoipa::path(get, path = "/v1/photos/{id}/content", tag = "photos",
    params(("id" = Uuid, Path, description = "The photo"), PictureQuery),
    responses(
    (status = 200, description = "The picture", body = inline(super::show::Octets), content_type = "image/jpeg"),
    (status = 202, description = "It is being made", headers(("Retry-After" = String, description = "Seconds"))),
))]
pub async fn picture(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<PictureQuery>,
) -> Result<Response, Problem> {
    if matches!((query.size, caller.precision), (Size::Watermark, Precision::Rough)) {
        return Err(Problem::with(ProblemKind::KeyNotPermitted, Fault::at("?size", FaultCode::ScopeMissing).allowing(PRECISE_POSITIONS)));
    }
    let mut tx = house.db.begin(&caller.scope).await?;
    let photo = photos::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let key = match query.size {
        Size::Thumbnail => photo.thumbnail_key,
        Size::Watermark => photo.watermark_key,
    };
    let Some(key) = key else {
        // What could not be developed has no picture and never will have.
        if photo.state != PhotoState::Landed || photo.develop_fault.is_some() {
            return Err(ProblemKind::NotFound.into());
        }
        if matches!(query.size, Size::Watermark) {
            photos::develop::request_watermark(&mut tx, id).await?;
        }
        tx.commit().await?;
        return Ok((StatusCode::ACCEPTED, [(header::RETRY_AFTER, HeaderValue::from_static("1"))]).into_response());
    };
    let about_user_id = Some(photo.rep_id);
    let glance = Glance { what: What::Photo, subject_kind: "photo", subject_id: id, about_user_id, reason: None };
    looks::record(&mut tx, &house.ids, house.clock.now(), &glance).await?;
    tx.commit().await?;
    let (bytes, body) = house.objects.open(&key).await?.ok_or(ProblemKind::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"photo.jpg\"")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(body.into_async_read()))).into_response())
}
