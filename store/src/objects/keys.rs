//! Under which keys objects lie: made here and never by a client.

use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

/// What clients upload by themselves; each has a folder of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uploads {
    Photos,
    Attachments,
}

impl Uploads {
    pub const ALL: [Self; 2] = [Self::Photos, Self::Attachments];

    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Photos => "incoming",
            Self::Attachments => "uploads",
        }
    }

    pub(super) fn key(self, organisation_id: Uuid, id: Uuid) -> String {
        format!("{}/{organisation_id}/{id}", self.folder())
    }
}

/// Where a client may upload a declared photo: known to the client, and therefore never judged from.
pub fn incoming_key(organisation_id: Uuid, photo_id: Uuid) -> String {
    Uploads::Photos.key(organisation_id, photo_id)
}

/// Where a client may upload a declared attachment: known to the client, and therefore never served from.
pub fn upload_key(organisation_id: Uuid, attachment_id: Uuid) -> String {
    Uploads::Attachments.key(organisation_id, attachment_id)
}

/// Where the verified bytes of an attachment are kept: no client ever holds a signature for it.
pub fn attachment_key(organisation_id: Uuid, attachment_id: Uuid, attempt: Uuid, landed_at: DateTime<Utc>) -> String {
    format!("attachments/{organisation_id}/{}/{:02}/{attachment_id}/{attempt}", landed_at.year(), landed_at.month())
}

/// Where the verified bytes of a photo are kept: no client ever holds a signature for it.
pub fn photo_key(organisation_id: Uuid, photo_id: Uuid, attempt: Uuid, landed_at: DateTime<Utc>) -> String {
    format!("photos/{organisation_id}/{}/{:02}/{photo_id}/{attempt}", landed_at.year(), landed_at.month())
}

/// Where a picture made from a photo is kept (`kind` is `thumbnail` or `watermark`).
pub fn derived_key(organisation_id: Uuid, photo_id: Uuid, kind: &str) -> String {
    format!("derived/{organisation_id}/{photo_id}/{kind}.jpg")
}
