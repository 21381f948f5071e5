//! What attachments are put to.

use chrono::{DateTime, Utc};
use domain::playbook::SubjectKind;
use uuid::Uuid;

use super::rows::{Attachment, Row};
use crate::{StoreError, Tx};

/// Puts a landed attachment to a subject; again, nothing changes. It is kept as long as the subject is, even if the subject lets go of it:
/// what was once part of a story stays readable.
///
/// # Errors
/// `Conflict("attachment_held_exists")` for one that is not there, else as any statement.
pub async fn hold(tx: &mut Tx, attachment_id: Uuid, (kind, id): (SubjectKind, Uuid), now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into attachment_holders (organisation_id, attachment_id, subject_kind, subject_id, held_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        organisation_id,
        attachment_id,
        kind.as_str(),
        id,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The attachments that were put to a subject, first ones first. Whether it may be seen, the caller has asked.
///
/// # Errors
/// As any statement.
pub async fn of_subject(tx: &mut Tx, (kind, id): (SubjectKind, Uuid)) -> Result<Vec<Attachment>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query_as!(
        Row,
        "select a.organisation_id, a.id, a.uploaded_by, a.file_name, a.sha256, a.bytes, a.content_type, a.state, a.declared_at,
                a.upload_expires_at, a.landed_at, a.object_key
         from attachment_holders h join attachments a on a.organisation_id = h.organisation_id and a.id = h.attachment_id
         where h.organisation_id = $1 and h.subject_kind = $2 and h.subject_id = $3 order by h.held_at, a.id",
        organisation_id,
        kind.as_str(),
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter().map(Attachment::try_from).collect()
}
