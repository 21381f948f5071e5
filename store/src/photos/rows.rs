//! The rows of photos.

use chrono::{DateTime, Utc};
use domain::evidence::Reading;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Where a photo is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoState {
    Declared,
    Landed,
    /// Its upload window closed before the bytes came; declaring it again opens another.
    Expired,
}

impl PhotoState {
    pub const ALL: [Self; 3] = [Self::Declared, Self::Landed, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Landed => "landed",
            Self::Expired => "expired",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(StoreError::Corrupt { table: "photos", column: "state" })
    }
}

/// A photo as it was declared and what became of it.
#[derive(Debug, Clone)]
pub struct Photo {
    pub organisation_id: Uuid,
    pub id: Uuid,
    pub rep_id: Uuid,
    pub sha256: Vec<u8>,
    pub bytes: u64,
    pub content_type: String,
    pub state: PhotoState,
    pub upload_expires_at: DateTime<Utc>,
    pub landed_at: Option<DateTime<Utc>>,
    pub object_key: Option<String>,
    pub reading: Option<Reading>,
    pub developed_at: Option<DateTime<Utc>>,
    /// Why no picture could be made of it.
    pub develop_fault: Option<String>,
    pub thumbnail_key: Option<String>,
    pub watermark_key: Option<String>,
}

struct Row {
    organisation_id: Uuid,
    id: Uuid,
    rep_id: Uuid,
    sha256: Vec<u8>,
    bytes: i64,
    content_type: String,
    state: String,
    upload_expires_at: DateTime<Utc>,
    landed_at: Option<DateTime<Utc>>,
    object_key: Option<String>,
    reading: Option<serde_json::Value>,
    developed_at: Option<DateTime<Utc>>,
    develop_fault: Option<String>,
    thumbnail_key: Option<String>,
    watermark_key: Option<String>,
}

impl TryFrom<Row> for Photo {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |column| StoreError::Corrupt { table: "photos", column };
        Ok(Self {
            organisation_id: row.organisation_id,
            id: row.id,
            rep_id: row.rep_id,
            sha256: row.sha256,
            bytes: u64::try_from(row.bytes).map_err(|_| corrupt("bytes"))?,
            content_type: row.content_type,
            state: PhotoState::read(&row.state)?,
            upload_expires_at: row.upload_expires_at,
            landed_at: row.landed_at,
            object_key: row.object_key,
            reading: row.reading.map(serde_json::from_value).transpose().map_err(|_| corrupt("reading"))?,
            developed_at: row.developed_at,
            develop_fault: row.develop_fault,
            thumbnail_key: row.thumbnail_key,
            watermark_key: row.watermark_key,
        })
    }
}

/// What a client promises to upload.
#[derive(Debug)]
pub struct Declaration<'a> {
    pub id: Uuid,
    pub rep_id: Uuid,
    pub sha256: &'a [u8],
    pub bytes: u64,
    pub content_type: &'a str,
    pub purpose: &'a str,
    pub now: DateTime<Utc>,
    pub upload_expires_at: DateTime<Utc>,
}

/// What became of a declaration.
#[derive(Debug)]
pub enum Declared {
    New,
    /// The same declaration was made before; its upload window is open again.
    Again(Box<Photo>),
    /// The id was declared before by somebody else or with other content.
    Differs,
}

/// Declares a photo, once per id.
///
/// # Errors
/// As any statement.
pub async fn declare(tx: &mut Tx, declaration: &Declaration<'_>) -> Result<Declared, StoreError> {
    let organisation_id = tx.organisation_id();
    let bytes = i64::try_from(declaration.bytes).unwrap_or(i64::MAX);
    let inserted = sqlx::query!(
        "insert into photos (organisation_id, id, rep_id, purpose, sha256, bytes, content_type, state, declared_at, upload_expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'declared', $8, $9) on conflict (organisation_id, id) do nothing",
        organisation_id,
        declaration.id,
        declaration.rep_id,
        declaration.purpose,
        declaration.sha256,
        bytes,
        declaration.content_type,
        declaration.now,
        declaration.upload_expires_at
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Declared::New);
    }
    let same = sqlx::query!(
        "update photos set state = case state when 'expired' then 'declared' else state end,
                upload_expires_at = case state when 'landed' then upload_expires_at else $6 end
         where organisation_id = $1 and id = $2 and rep_id = $3 and sha256 = $4 and bytes = $5 and content_type = $7",
        organisation_id,
        declaration.id,
        declaration.rep_id,
        declaration.sha256,
        bytes,
        declaration.upload_expires_at,
        declaration.content_type
    )
    .execute(&mut *tx)
    .await?;
    if same.rows_affected() == 0 {
        return Ok(Declared::Differs);
    }
    let photo = find(tx, declaration.id).await?.ok_or(StoreError::Corrupt { table: "photos", column: "id" })?;
    Ok(Declared::Again(Box::new(photo)))
}

/// One photo that the scope may see: a rep's own, else one taken by somebody in the scope's units.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Photo>, StoreError> {
    let scope = tx.scope();
    let (organisation_id, own, unit) = (scope.organisation_id, scope.own_only(), scope.unit_id);
    let row = sqlx::query_as!(
        Row,
        "select p.organisation_id, p.id, p.rep_id, p.sha256, p.bytes, p.content_type, p.state, p.upload_expires_at, p.landed_at,
                p.object_key, p.reading, p.developed_at, p.develop_fault, p.thumbnail_key, p.watermark_key
         from photos p join users u on u.organisation_id = p.organisation_id and u.id = p.rep_id
         where p.organisation_id = $1 and p.id = $2
           and case when $3::uuid is not null then p.rep_id = $3
                    else $4::uuid is null or u.unit_id in (select app.units_within($1, $4))
                         -- Whoever may see a visit may see its photos, wherever its rep works today.
                         or exists (select from visit_photos x join visits v on v.organisation_id = x.organisation_id and v.id = x.visit_id
                                    where x.organisation_id = $1 and x.photo_id = p.id and v.unit_id in (select app.units_within($1, $4))) end",
        organisation_id,
        id,
        own,
        unit
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(Photo::try_from).transpose()
}

/// The rep's own photos among `ids`, in that order; unknown ids are left out.
///
/// # Errors
/// As any statement.
pub async fn for_visit(tx: &mut Tx, rep_id: Uuid, ids: &[Uuid]) -> Result<Vec<Photo>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query_as!(
        Row,
        "select p.organisation_id, p.id, p.rep_id, p.sha256, p.bytes, p.content_type, p.state, p.upload_expires_at, p.landed_at,
                p.object_key, p.reading, p.developed_at, p.develop_fault, p.thumbnail_key, p.watermark_key
         from unnest($3::uuid[]) with ordinality wanted (id, n) join photos p on p.organisation_id = $1 and p.id = wanted.id and p.rep_id = $2
         order by wanted.n",
        organisation_id,
        rep_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter().map(Photo::try_from).collect()
}

/// A photo's verified arrival.
#[derive(Debug, Clone)]
pub struct Landing {
    pub photo_id: Uuid,
    pub object_key: String,
    pub reading: Reading,
    /// SHA-256 of the picture data alone, when the bytes passed through our hands.
    pub picture_sha256: Option<Vec<u8>>,
    pub landed_at: DateTime<Utc>,
}

/// Makes a photo final; `false` when it was final before, and then nothing changes.
///
/// # Errors
/// As any statement.
pub async fn land(tx: &mut Tx, landing: &Landing) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let reading = serde_json::to_value(&landing.reading).map_err(|_| StoreError::Corrupt { table: "photos", column: "reading" })?;
    let landed = sqlx::query!(
        "update photos set state = 'landed', landed_at = $3, object_key = $4, reading = $5, picture_sha256 = $6
         where organisation_id = $1 and id = $2 and state <> 'landed'",
        organisation_id,
        landing.photo_id,
        landing.landed_at,
        landing.object_key,
        reading,
        landing.picture_sha256.as_deref()
    )
    .execute(&mut *tx)
    .await?;
    Ok(landed.rows_affected() == 1)
}

/// Closes the window of a photo that never came; `true` when it was still open.
///
/// # Errors
/// As any statement.
pub async fn expire(tx: &mut Tx, photo_id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let expired = sqlx::query!(
        "update photos set state = 'expired' where organisation_id = $1 and id = $2 and state = 'declared' and upload_expires_at <= $3",
        organisation_id,
        photo_id,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(expired.rows_affected() == 1)
}

/// Visits that this photo belongs to and that can be judged anew now: every photo of theirs has landed or will not come.
///
/// # Errors
/// As any statement.
pub async fn visits_waiting_for(tx: &mut Tx, photo_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        "select v.id from visit_photos x join visits v on v.organisation_id = x.organisation_id and v.id = x.visit_id
         where x.organisation_id = $1 and x.photo_id = $2
           and not exists (select from visit_photos y join photos p on p.organisation_id = y.organisation_id and p.id = y.photo_id
                           where y.organisation_id = $1 and y.visit_id = v.id and p.state = 'declared')
         order by v.id",
        organisation_id,
        photo_id
    )
    .fetch_all(&mut *tx)
    .await?)
}
