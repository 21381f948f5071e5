//! What arrived in S3: moved out of the client's reach, verified against what was declared, and looked at for what it is.
//!
//! Network calls only; no transaction is open here.

use chrono::{DateTime, Utc};
use domain::attachments::{Look, look};
use domain::evidence::Ranges;
use uuid::Uuid;

use super::rows::Attachment;
use crate::StoreError;
use crate::objects::{Objects, attachment_key, upload_key};

/// What was found of a declared attachment.
#[derive(Debug)]
pub enum Arrival {
    /// Nothing yet.
    NotThere,
    /// Other bytes than were declared; they have been removed, and the right ones may still come.
    Differs,
    /// The declared bytes, which are not of the declared type; they have been removed.
    OtherType,
    /// They lie, verified, under this key.
    Landed { object_key: String },
}

/// Looks where the client was told to upload, and takes in what lies there; `attempt` makes the kept key unique, so that a later attempt
/// can never touch what an earlier one made final.
///
/// # Errors
/// `Unavailable` when S3 is away; then nothing is known and trying again is harmless.
pub async fn take_in(objects: &Objects, attachment: &Attachment, attempt: Uuid, now: DateTime<Utc>) -> Result<Arrival, StoreError> {
    let incoming = upload_key(attachment.organisation_id, attachment.id);
    let kept = attachment_key(attachment.organisation_id, attachment.id, attempt, now);
    let Some(stored) = objects.head(&incoming).await? else { return Ok(Arrival::NotThere) };
    // The client still holds a signature for the incoming key: only the copy, which it cannot reach, is verified and looked at.
    let is_as_declared = stored.bytes == attachment.bytes
        && objects.copy(&incoming, &kept).await?
        && objects.is_as_declared(&kept, attachment.bytes, &attachment.sha256).await?;
    let is_of_type = is_as_declared && is_of_declared_type(objects, &kept, attachment).await?;
    if !is_of_type {
        objects.delete(&kept).await?;
        objects.delete(&incoming).await?;
        return Ok(if is_as_declared { Arrival::OtherType } else { Arrival::Differs });
    }
    Ok(Arrival::Landed { object_key: kept })
}

/// Whether what is stored is of the type that it was declared as; only the ranges that it takes to know are fetched.
///
/// # Errors
/// `Unavailable` when S3 is away.
pub async fn is_of_declared_type(objects: &Objects, key: &str, attachment: &Attachment) -> Result<bool, StoreError> {
    let mut known = Ranges::new(attachment.bytes);
    loop {
        match look(attachment.file_type, &known) {
            Look::Agrees => return Ok(true),
            Look::Differs => return Ok(false),
            Look::Need(need) => {
                let bytes = objects.read(key, need.offset, need.len as u64).await?;
                known.insert(need.offset, bytes.to_vec());
            }
        }
    }
}

/// Removes what the client uploaded, once its copy is final. Best effort: the sweeper finds what stays behind.
pub async fn clear_incoming(objects: &Objects, organisation_id: Uuid, attachment_id: Uuid) {
    let _ = objects.delete(&upload_key(organisation_id, attachment_id)).await;
}
