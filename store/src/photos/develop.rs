//! What the darkroom learns about a photo that landed, and what it needs to know for it.

use chrono::{DateTime, Utc};
use domain::evidence::Reading;
use domain::evidence::pdq::Fingerprint;
use uuid::Uuid;

use crate::queue::{self, PhotoChore};
use crate::{StoreError, Tx};

/// A photo that landed, as the darkroom takes it in hand.
#[derive(Debug, Clone)]
pub struct Original {
    pub object_key: String,
    pub sha256: Vec<u8>,
    pub bytes: u64,
    pub landed_at: DateTime<Utc>,
    pub reading: Reading,
    pub developed_at: Option<DateTime<Utc>>,
    pub watermark_key: Option<String>,
}

/// What development came to.
#[derive(Debug, Clone, Default)]
pub struct Development {
    /// SHA-256 of the picture data alone; what was known before is kept.
    pub picture_sha256: Option<[u8; 32]>,
    pub fingerprint: Option<Fingerprint>,
    /// The fingerprint is good enough to be searched by.
    pub is_searchable: bool,
    pub thumbnail_key: Option<String>,
    /// The reading, where the whole picture showed what its head did not.
    pub reading: Option<Reading>,
    /// Why something of it could not be had, as a stable code.
    pub fault: Option<&'static str>,
}

/// The photo by its id; `None` until it has landed.
///
/// # Errors
/// As any statement.
pub async fn original(tx: &mut Tx, photo_id: Uuid) -> Result<Option<Original>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        r#"select object_key as "object_key!", sha256, bytes, landed_at as "landed_at!", reading as "reading!", developed_at, watermark_key
           from photos where organisation_id = $1 and id = $2 and state = 'landed'"#,
        organisation_id,
        photo_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Original {
        object_key: row.object_key,
        sha256: row.sha256,
        bytes: u64::try_from(row.bytes).map_err(|_| StoreError::Corrupt { table: "photos", column: "bytes" })?,
        landed_at: row.landed_at,
        reading: serde_json::from_value(row.reading).map_err(|_| StoreError::Corrupt { table: "photos", column: "reading" })?,
        developed_at: row.developed_at,
        watermark_key: row.watermark_key,
    }))
}

/// Writes a development down. Committed before look-alikes are searched: of two photos developed at once, the one that searches later
/// then finds the other.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, photo_id: Uuid, developed: &Development, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let hash = developed.fingerprint.map(|fingerprint| bits(&fingerprint.hash.0));
    let quality = developed.fingerprint.map(|fingerprint| i16::from(fingerprint.quality));
    let reading = developed.reading.as_ref().map(serde_json::to_value).transpose();
    let reading = reading.map_err(|_| StoreError::Corrupt { table: "photos", column: "reading" })?;
    sqlx::query!(
        "with developed as (
            update photos set picture_sha256 = coalesce(picture_sha256, $3), pdq = ($4::text)::bit(256), pdq_quality = $5, thumbnail_key = $6,
                develop_fault = $7, developed_at = $8, reading = coalesce($10, reading)
            where organisation_id = $1 and id = $2 and state = 'landed' returning landed_at)
         insert into photo_hashes (organisation_id, landed_at, photo_id, pdq)
         select $1, landed_at, $2, ($4::text)::bit(256) from developed where $9 and $4 is not null
         on conflict do nothing",
        organisation_id,
        photo_id,
        developed.picture_sha256.as_ref().map(<[u8; 32]>::as_slice),
        hash,
        quality,
        developed.thumbnail_key,
        developed.fault,
        now,
        developed.is_searchable,
        reading
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The visits whose verdict may change by what was learned about this photo: its own, and those judged later with the same picture or one
/// that looks alike. In id order.
///
/// # Errors
/// As any statement.
pub async fn visits_to_judge(tx: &mut Tx, photo_id: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"with own as (
            select v.id, x.use_no from visit_photos x join visits v on v.organisation_id = x.organisation_id and v.id = x.visit_id
            where x.organisation_id = $1 and x.photo_id = $2
         ), kin as (
            select twin_photo_id as id from look_alikes where organisation_id = $1 and photo_id = $2
            union
            select q.id from photos p join photos q on q.organisation_id = p.organisation_id and q.picture_sha256 = p.picture_sha256
            where p.organisation_id = $1 and p.id = $2 and q.id <> $2
         )
         select v.id as "id!" from own v
         where exists (select from kin)
            or exists (select from photos where organisation_id = $1 and id = $2 and develop_fault = 'undecodable')
         union
         -- Whoever used a picture first is never blamed for the second: only later uses can be affected.
         select x.visit_id from kin join visit_photos x on x.organisation_id = $1 and x.photo_id = kin.id
         where x.use_no > (select min(use_no) from own)
         order by 1"#,
        organisation_id,
        photo_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// What is burnt into the copy of a photo that supervisors look at.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub visit_id: Uuid,
    pub started_at: DateTime<Utc>,
    /// The organisation's zone, by its IANA name.
    pub zone: String,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub rep_name: String,
    pub rep_login: String,
}

/// The stamp of a photo: that of the first visit that used it; `None` while none has.
///
/// # Errors
/// As any statement.
pub async fn stamp(tx: &mut Tx, photo_id: Uuid) -> Result<Option<Stamp>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Stamp,
        "select v.id as visit_id, v.started_at, o.zone, v.customer_id, c.name as customer_name, u.name as rep_name, u.login as rep_login
         from visit_photos x
         join visits v on v.organisation_id = x.organisation_id and v.id = x.visit_id
         join customers c on c.organisation_id = v.organisation_id and c.id = v.customer_id
         join users u on u.organisation_id = v.organisation_id and u.id = v.rep_id
         join organisations o on o.id = v.organisation_id
         where x.organisation_id = $1 and x.photo_id = $2 order by v.received_at, v.id limit 1",
        organisation_id,
        photo_id
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Asks the darkroom for the watermarked copy of a photo. It is made when somebody first wants to see it: most photos are never looked
/// at, a check-in does not wait for it, and names and places are not copied about without need.
///
/// # Errors
/// As any statement.
pub async fn request_watermark(tx: &mut Tx, photo_id: Uuid) -> Result<(), StoreError> {
    let chore = PhotoChore { organisation_id: tx.organisation_id(), photo_id };
    queue::enqueue(tx, queue::WATERMARK_PHOTO, &chore, &format!("watermark:{photo_id}"), None).await
}

/// Writes down where the watermarked copy is.
///
/// # Errors
/// As any statement.
pub async fn record_watermark(tx: &mut Tx, photo_id: Uuid, key: &str) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("update photos set watermark_key = $3 where organisation_id = $1 and id = $2", organisation_id, photo_id, key)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// A hash as PostgreSQL writes bit strings.
pub(super) fn bits(hash: &[u8]) -> String {
    let mut text = String::with_capacity(hash.len() * 8);
    for byte in hash {
        text.extend((0..8).rev().map(|bit| if byte >> bit & 1 == 1 { '1' } else { '0' }));
    }
    text
}
