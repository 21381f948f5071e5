//! Bytes on their way to becoming a final photo: streamed, counted, hashed, verified. No transaction is open while bytes or S3 are
//! awaited.

use axum::body::Bytes;
use domain::evidence::picture::PictureDigest;
use domain::evidence::{HEAD_BYTES, Ranges};
use futures_util::Stream;
use store::Scope;
use store::objects::{self, photo_key};
use store::photos::arrival::{self, Arrival};
use store::photos::{self, Landing, Photo};
use uuid::Uuid;

use crate::House;
use crate::http::problem::{Problem, error_chain};
use crate::http::uploads::pass_through;

/// Streams a declared photo through to S3 and makes it final. A photo that is final already stays as it is.
///
/// # Errors
/// `BytesDiffer` when size or SHA-256 are not as declared; the stream's own problem when it broke; `Unavailable` when S3 is away.
pub async fn stream_in(
    house: &House,
    scope: &Scope,
    photo: &Photo,
    body: impl Stream<Item = Result<Bytes, Problem>> + Send + Unpin,
) -> Result<(), Problem> {
    let now = house.clock.now();
    let key = photo_key(photo.organisation_id, photo.id, house.ids.next(), now);
    let declared = objects::Declared { bytes: photo.bytes, sha256: &photo.sha256, content_type: &photo.content_type };
    let (mut picture, mut head) = (PictureDigest::new(), Vec::new());
    pass_through(house, &key, declared, body, |chunk| {
        picture.feed(chunk);
        let room = HEAD_BYTES.saturating_sub(head.len()).min(chunk.len());
        head.extend_from_slice(chunk.get(..room).unwrap_or_default());
    })
    .await?;
    let mut known = Ranges::new(photo.bytes);
    known.insert(0, head);
    let reading = arrival::read_evidence(&house.objects, &key, known).await?;
    let reading = if picture.is_cut_short() { reading.damaged() } else { reading };
    let picture_sha256 = picture.finish().map(|digest| digest.to_vec());
    settle(house, scope, &Landing { photo_id: photo.id, object_key: key, reading, picture_sha256, landed_at: now }).await
}

/// Looks in S3 for declared photos that clients uploaded by themselves, and makes final what is there. What S3 cannot be asked about now
/// stays awaited: the workers look again.
pub async fn take_in_uploaded(house: &House, scope: &Scope, photos: &[Photo]) -> Result<(), Problem> {
    let now = house.clock.now();
    let looks = photos.iter().map(|photo| arrival::take_in(&house.objects, photo, house.ids.next(), now));
    for (photo, found) in photos.iter().zip(futures_util::future::join_all(looks).await) {
        match found {
            Ok(Arrival::Landed(landing)) => {
                settle(house, scope, &landing).await?;
                arrival::clear_incoming(&house.objects, photo.organisation_id, photo.id).await;
            }
            Ok(Arrival::NotThere | Arrival::Differs) => {}
            Err(error) => tracing::warn!(error = error_chain(&error), "object storage could not be asked; the photo stays awaited"),
        }
    }
    Ok(())
}

/// Makes a landing final, or removes its copy when another one was first.
async fn settle(house: &House, scope: &Scope, landing: &Landing) -> Result<(), Problem> {
    let mut tx = house.db.begin(scope).await?;
    let is_first = photos::make_final(&mut tx, landing, house.clock.now(), &house.ids).await?;
    tx.commit().await?;
    if !is_first {
        let _ = house.objects.delete(&landing.object_key).await;
    }
    Ok(())
}

/// The caller's own photos among `ids`.
///
/// # Errors
/// As any statement.
pub async fn own_photos(house: &House, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Photo>, Problem> {
    let mut tx = house.db.begin(scope).await?;
    let found = photos::for_visit(&mut tx, scope.actor_id().unwrap_or_default(), ids).await?;
    tx.commit().await?;
    Ok(found)
}
