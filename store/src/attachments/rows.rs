//! The rows of attachments.

use chrono::{DateTime, Utc};
use domain::attachments::FileType;
use uuid::Uuid;

use crate::scope::Actor;
use crate::{StoreError, Tx};

/// Where an attachment is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentState {
    Declared,
    Landed,
    /// Its bytes are not of the type that it was declared as.
    Refused,
    /// Its upload window closed before the bytes came; declaring it again opens another.
    Expired,
}

impl AttachmentState {
    pub const ALL: [Self; 4] = [Self::Declared, Self::Landed, Self::Refused, Self::Expired];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Landed => "landed",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

/// An attachment as it was declared and what became of it.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub organisation_id: Uuid,
    pub id: Uuid,
    pub uploaded_by: Uuid,
    pub file_name: String,
    pub sha256: Vec<u8>,
    pub bytes: u64,
    pub file_type: FileType,
    pub state: AttachmentState,
    pub declared_at: DateTime<Utc>,
    pub upload_expires_at: DateTime<Utc>,
    pub landed_at: Option<DateTime<Utc>>,
    pub object_key: Option<String>,
}

pub(super) struct Row {
    pub organisation_id: Uuid,
    pub id: Uuid,
    pub uploaded_by: Uuid,
    pub file_name: String,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub content_type: String,
    pub state: String,
    pub declared_at: DateTime<Utc>,
    pub upload_expires_at: DateTime<Utc>,
    pub landed_at: Option<DateTime<Utc>>,
    pub object_key: Option<String>,
}

impl TryFrom<Row> for Attachment {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |column| StoreError::Corrupt { table: "attachments", column };
        let state = AttachmentState::ALL.into_iter().find(|state| state.as_str() == row.state);
        Ok(Self {
            organisation_id: row.organisation_id,
            id: row.id,
            uploaded_by: row.uploaded_by,
            file_name: row.file_name,
            sha256: row.sha256,
            bytes: u64::try_from(row.bytes).map_err(|_| corrupt("bytes"))?,
            file_type: FileType::parse(&row.content_type).ok_or(corrupt("content_type"))?,
            state: state.ok_or(corrupt("state"))?,
            declared_at: row.declared_at,
            upload_expires_at: row.upload_expires_at,
            landed_at: row.landed_at,
            object_key: row.object_key,
        })
    }
}

/// What a client promises to upload.
#[derive(Debug)]
pub struct Declaration<'a> {
    pub id: Uuid,
    pub uploaded_by: Uuid,
    pub file_name: &'a str,
    pub sha256: &'a [u8],
    pub bytes: u64,
    pub file_type: FileType,
    pub now: DateTime<Utc>,
    pub upload_expires_at: DateTime<Utc>,
}

/// What declaring came to.
#[derive(Debug)]
pub enum Declared {
    New,
    /// The same was declared before; the window is open again unless the bytes are there.
    Again(Box<Attachment>),
    /// The id was declared with other content, or by somebody else.
    Differs,
}

/// Writes a declaration. Declaring the same again opens the window again.
///
/// # Errors
/// As any statement.
pub async fn declare(tx: &mut Tx, declaration: &Declaration<'_>) -> Result<Declared, StoreError> {
    let organisation_id = tx.organisation_id();
    let bytes = i64::try_from(declaration.bytes).unwrap_or(i64::MAX);
    let inserted = sqlx::query!(
        "insert into attachments (organisation_id, id, uploaded_by, file_name, sha256, bytes, content_type, state, declared_at, upload_expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'declared', $8, $9) on conflict (organisation_id, id) do nothing",
        organisation_id,
        declaration.id,
        declaration.uploaded_by,
        declaration.file_name,
        declaration.sha256,
        bytes,
        declaration.file_type.as_str(),
        declaration.now,
        declaration.upload_expires_at
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Declared::New);
    }
    let same = sqlx::query!(
        "update attachments set state = case state when 'expired' then 'declared' else state end,
                upload_expires_at = case state when 'landed' then upload_expires_at else $7 end
         where organisation_id = $1 and id = $2 and uploaded_by = $3 and sha256 = $4 and bytes = $5 and content_type = $6 and file_name = $8",
        organisation_id,
        declaration.id,
        declaration.uploaded_by,
        declaration.sha256,
        bytes,
        declaration.file_type.as_str(),
        declaration.upload_expires_at,
        declaration.file_name
    )
    .execute(&mut *tx)
    .await?;
    if same.rows_affected() == 0 {
        return Ok(Declared::Differs);
    }
    let attachment = of_id(tx, declaration.id).await?.ok_or(StoreError::Corrupt { table: "attachments", column: "id" })?;
    Ok(Declared::Again(Box::new(attachment)))
}

/// One attachment that the scope may see: what the caller sent up, or somebody in their units did, and what is held by something that
/// they see. A key is nobody who sends files up: it sees what a deal holds, and no document's file on its way there.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Attachment>, StoreError> {
    let scope = tx.scope();
    let (organisation_id, own, unit) = (scope.organisation_id, scope.own_only(), scope.unit_id);
    let by_deal_alone = matches!(scope.actor, Actor::Key { .. });
    let row = sqlx::query_as!(
        Row,
        "select a.organisation_id, a.id, a.uploaded_by, a.file_name, a.sha256, a.bytes, a.content_type, a.state, a.declared_at,
                a.upload_expires_at, a.landed_at, a.object_key
         from attachments a join users u on u.organisation_id = a.organisation_id and u.id = a.uploaded_by
         where a.organisation_id = $1 and a.id = $2
           and (not $5 and case when $3::uuid is not null then a.uploaded_by = $3
                                else $4::uuid is null or u.unit_id in (select app.units_within($1, $4)) end
                or exists (select from attachment_holders h
                           join standings s on s.organisation_id = $1 and s.subject_kind = h.subject_kind and s.subject_id = h.subject_id
                           where h.organisation_id = $1 and h.attachment_id = a.id and (not $5 or h.subject_kind = 'deal')
                             and case when $3::uuid is not null then s.owner_id = $3
                                      else $4::uuid is null or s.unit_id in (select app.units_within($1, $4)) end))",
        organisation_id,
        id,
        own,
        unit,
        by_deal_alone
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(Attachment::try_from).transpose()
}

/// One attachment, whoever asks: for floors that have decided that by rules of their own.
///
/// # Errors
/// As any statement.
pub async fn of_id(tx: &mut Tx, id: Uuid) -> Result<Option<Attachment>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query_as!(
        Row,
        "select organisation_id, id, uploaded_by, file_name, sha256, bytes, content_type, state, declared_at, upload_expires_at, landed_at,
                object_key
         from attachments where organisation_id = $1 and id = $2",
        organisation_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(Attachment::try_from).transpose()
}
