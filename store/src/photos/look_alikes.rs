//! The search for photos that look alike: every hash of the organisation's last [`WINDOW_DAYS`] days, exactly, in one statement.
//!
//! FIGURES_TO_COME

use chrono::{DateTime, TimeDelta, Utc};
use domain::evidence::pdq::Pdq;
use uuid::Uuid;

use super::develop::bits;
use crate::{StoreError, Tx};

/// How far back a picture is looked for.
pub const WINDOW_DAYS: i64 = 90;
/// More twins than a verdict could ever name; keeps an organisation that uploads one picture over and over from growing quadratically.
const TWINS_MAX: i64 = 200;

/// Searches what lies within `limit` bits of the photo's hash, upright, turned or mirrored, and writes the pairs down both ways round.
/// Returns how many are new; 0 for a photo without a hash to search by.
///
/// # Errors
/// As any statement.
pub async fn search(tx: &mut Tx, photo_id: Uuid, limit: u16) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let Some((hash, landed_at)) = hash_of(tx, photo_id).await? else { return Ok(0) };
    let from = landed_at - TimeDelta::days(WINDOW_DAYS);
    let variants: Vec<String> = hash.dihedral().iter().map(|variant| bits(&variant.0)).collect();
    // Each variant is a sub-select of its own, so that it is made a bit string once and not once per row. Pairs are written in one
    // order, so that two searches that find each other never wait for each other.
    let written = sqlx::query!(
        "with near as (
            select * from (
                select photo_id, landed_at, least(
                    bit_count(pdq # (select ($4::text[])[1]::bit(256))), bit_count(pdq # (select ($4::text[])[2]::bit(256))),
                    bit_count(pdq # (select ($4::text[])[3]::bit(256))), bit_count(pdq # (select ($4::text[])[4]::bit(256))),
                    bit_count(pdq # (select ($4::text[])[5]::bit(256))), bit_count(pdq # (select ($4::text[])[6]::bit(256))),
                    bit_count(pdq # (select ($4::text[])[7]::bit(256))), bit_count(pdq # (select ($4::text[])[8]::bit(256))))::int as distance
                from photo_hashes where organisation_id = $1 and landed_at >= $3 and photo_id <> $2) hashes
            where distance <= $5 order by distance, landed_at limit $6)
         insert into look_alikes (organisation_id, photo_id, twin_photo_id, distance)
         select $1, pair.photo_id, pair.twin_photo_id, pair.distance from (
            select $2::uuid as photo_id, photo_id as twin_photo_id, distance from near
            union all
            select photo_id, $2::uuid, distance from near) pair
         order by pair.photo_id, pair.twin_photo_id
         on conflict do nothing",
        organisation_id,
        photo_id,
        from,
        &variants,
        i32::from(limit),
        TWINS_MAX
    )
    .execute(&mut *tx)
    .await?;
    Ok(written.rows_affected() / 2)
}

async fn hash_of(tx: &mut Tx, photo_id: Uuid) -> Result<Option<(Pdq, DateTime<Utc>)>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        r#"select h.landed_at, h.pdq::text as "pdq!" from photos p
           join photo_hashes h on h.organisation_id = p.organisation_id and h.landed_at = p.landed_at and h.photo_id = p.id
           where p.organisation_id = $1 and p.id = $2"#,
        organisation_id,
        photo_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let byte = |bits: &[u8]| std::str::from_utf8(bits).ok().and_then(|bits| u8::from_str_radix(bits, 2).ok());
    let bytes: Option<Vec<u8>> = row.pdq.as_bytes().chunks(8).map(byte).collect();
    let hash = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(StoreError::Corrupt { table: "photo_hashes", column: "pdq" })?;
    Ok(Some((Pdq(hash), row.landed_at)))
}
