//! The original, fetched whole and once, and proven to be the bytes that were judged.

use domain::evidence::picture::PictureDigest;
use sha2::{Digest, Sha256};
use store::photos::develop::Original;
use store::{Objects, StoreError};

use crate::chores::Fault;

/// What lies where a photo is kept.
pub(super) enum Fetched {
    /// The photo, and the digest of its picture data.
    Whole { bytes: Vec<u8>, picture_sha256: Option<[u8; 32]> },
    /// Something else.
    Changed,
    /// Nothing.
    Missing,
}

/// Streams the object through both digests.
///
/// # Errors
/// [`Fault::Retry`] when S3 is away or breaks off.
pub(super) async fn fetch(objects: &Objects, original: &Original) -> Result<Fetched, Fault> {
    let Some((_, mut body)) = objects.open(&original.object_key).await? else { return Ok(Fetched::Missing) };
    let expected = usize::try_from(original.bytes).unwrap_or(usize::MAX);
    let (mut whole, mut picture, mut bytes) = (Sha256::new(), PictureDigest::new(), Vec::new());
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| StoreError::Unavailable { what: "object storage", source: Some(Box::new(error)) })?;
        if bytes.len() + chunk.len() > expected {
            return Ok(Fetched::Changed);
        }
        whole.update(&chunk);
        picture.feed(&chunk);
        bytes.extend_from_slice(&chunk);
    }
    if bytes.len() != expected || whole.finalize().as_slice() != original.sha256 {
        return Ok(Fetched::Changed);
    }
    Ok(Fetched::Whole { bytes, picture_sha256: picture.finish() })
}
