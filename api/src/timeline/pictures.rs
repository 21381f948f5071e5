//! Links to the small pictures of visits. Only pictures that we made ourselves leave the house, so that no metadata does.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::timeline::Visit;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::http::problem::Problem;

/// How long a link is good for.
const OPEN_FOR: Duration = Duration::from_mins(5);

/// A photo that was taken at a visit.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TimelinePhoto)]
pub struct PhotoBody {
    pub id: Uuid,
    /// A small picture of it, without where it was taken; null until it is made. `GET /v1/photos/{id}/content` shows more.
    pub thumbnail_url: Option<String>,
    /// Until when the link is good.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The photos of visits, by visit.
///
/// # Errors
/// When links cannot be signed.
pub async fn pictures(house: &House, visits: impl Iterator<Item = &Visit>) -> Result<HashMap<Uuid, Vec<PhotoBody>>, Problem> {
    let expires_at = house.clock.now() + OPEN_FOR;
    let mut pictures = HashMap::new();
    for visit in visits {
        let mut photos = Vec::with_capacity(visit.photos.len());
        for photo in &visit.photos {
            let thumbnail_url = match &photo.thumbnail_key {
                Some(key) => Some(house.objects.presign_get(key, OPEN_FOR).await?),
                None => None,
            };
            let expires_at = thumbnail_url.as_ref().map(|_| expires_at);
            photos.push(PhotoBody { id: photo.id, thumbnail_url, expires_at });
        }
        pictures.insert(visit.id, photos);
    }
    Ok(pictures)
}
