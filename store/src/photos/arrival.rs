//! What arrived in S3: moved out of the client's reach, verified against what was declared, and its evidence read from the head.
//!
//! Network calls only; no transaction is open here.

use chrono::{DateTime, Utc};
use domain::evidence::{self, Ranges, Reading, Step};
use uuid::Uuid;

use super::rows::{Landing, Photo};
use crate::StoreError;
use crate::objects::{Objects, incoming_key, photo_key};

/// What was found of a declared photo.
#[derive(Debug)]
pub enum Arrival {
    /// Nothing yet.
    NotThere,
    /// Something that is not what was declared; it has been removed.
    Differs,
    Landed(Box<Landing>),
}

/// Looks where the client was told to upload, and takes in what lies there; `attempt` makes the kept key unique, so that a later
/// attempt can never touch what an earlier one made final.
///
/// # Errors
/// `Unavailable` when S3 is away; then nothing is known and trying again is harmless.
pub async fn take_in(objects: &Objects, photo: &Photo, attempt: Uuid, now: DateTime<Utc>) -> Result<Arrival, StoreError> {
    let incoming = incoming_key(photo.organisation_id, photo.id);
    let kept = photo_key(photo.organisation_id, photo.id, attempt, now);
    let Some(stored) = objects.head(&incoming).await? else { return Ok(Arrival::NotThere) };
    if stored.bytes != photo.bytes {
        objects.delete(&incoming).await?;
        return Ok(Arrival::Differs);
    }
    // The client still holds a signature for the incoming key: only the copy, which it cannot reach, is verified and judged.
    if !objects.copy(&incoming, &kept).await? {
        return Ok(Arrival::NotThere);
    }
    if !objects.is_as_declared(&kept, photo.bytes, &photo.sha256).await? {
        objects.delete(&kept).await?;
        objects.delete(&incoming).await?;
        return Ok(Arrival::Differs);
    }
    let reading = read_evidence(objects, &kept, Ranges::new(photo.bytes)).await?;
    Ok(Arrival::Landed(Box::new(Landing { photo_id: photo.id, object_key: kept, reading, picture_sha256: None, landed_at: now })))
}

/// Removes what the client uploaded, once its copy is final. Best effort: the sweeper finds what stays behind.
pub async fn clear_incoming(objects: &Objects, organisation_id: Uuid, photo_id: Uuid) {
    let _ = objects.delete(&incoming_key(organisation_id, photo_id)).await;
}

/// Reads the evidence of a stored photo, fetching only the ranges that the reader asks for beyond what is `known` already.
///
/// # Errors
/// `Unavailable` when S3 is away.
pub async fn read_evidence(objects: &Objects, key: &str, mut known: Ranges) -> Result<Reading, StoreError> {
    loop {
        match evidence::read(&known) {
            Step::Done(reading) => return Ok(reading),
            Step::Need(need) => {
                let bytes = objects.read(key, need.offset, need.len as u64).await?;
                known.insert(need.offset, bytes.to_vec());
            }
        }
    }
}
