//! The search for photos that look alike: every hash of the organisation's last [`WINDOW_DAYS`] days, exactly and in all eight turns, a
//! slice of the window at a time.
//!
//! Measured with 1,000,000 hashes of one organisation within the window and 200,000 of another (PostgreSQL 15, two cores, all in memory):
//!
//! | one statement over the whole window | ms |
//! |---|---|
//! | the hash as it is: index-only scan / sequential / sequential with two parallel workers | 128 / 215 / 145 |
//! | eight turns, sequential | 614 |
//!
//! and on the same machine with five processes waiting for each core: one hash 530–810, eight turns 1,670–2,430, eight turns in one of six
//! slices 450–490 by index-only scan, which the planner chooses there by itself. So a search costs some 0.6 s of one core at that size,
//! eight turns cost three to four times one, and only slices keep each statement far from its time limit on a busy machine. What the scan
//! reads is the covering index alone; bits are counted by PostgreSQL's own `bit_count`. No index can find hashes by distance: 64 of 256
//! bits leave no part of a hash certainly untouched that would be worth looking up.

use chrono::{DateTime, TimeDelta, Utc};
use domain::evidence::pdq::Pdq;
use uuid::Uuid;

use super::develop::bits;
use crate::{StoreError, Tx};

/// How far back a picture is looked for.
pub const WINDOW_DAYS: i64 = 90;
/// How much of the window one statement looks through, so that none of them nears its time limit however busy the database is.
const SLICE: TimeDelta = TimeDelta::days(15);
/// More twins than a verdict could ever name; keeps an organisation that uploads one picture over and over from growing quadratically.
const TWINS_MAX: usize = 200;

/// A photo that looks like another.
struct Twin {
    photo_id: Uuid,
    distance: i32,
    landed_at: DateTime<Utc>,
}

/// Searches what lies within `limit` bits of the photo's hash, upright, turned or mirrored, and writes the pairs down both ways round.
/// Returns how many are new; 0 for a photo without a hash to search by.
///
/// # Errors
/// As any statement.
pub async fn search(tx: &mut Tx, photo_id: Uuid, limit: u16) -> Result<u64, StoreError> {
    let Some((hash, landed_at)) = hash_of(tx, photo_id).await? else { return Ok(0) };
    let variants: Vec<String> = hash.dihedral().iter().map(|variant| bits(&variant.0)).collect();
    let (mut twins, mut to) = (Vec::new(), None);
    let (mut from, window_from) = (landed_at, landed_at - TimeDelta::days(WINDOW_DAYS));
    while from > window_from {
        from = (from - SLICE).max(window_from);
        twins.extend(search_slice(tx, photo_id, &variants, limit, from, to).await?);
        to = Some(from);
    }
    // Of equals, the photo that was there first.
    twins.sort_by_key(|twin| (twin.distance, twin.landed_at));
    twins.truncate(TWINS_MAX);
    record(tx, photo_id, &twins).await
}

/// Searches what landed from `from` to before `to`, or to the present.
async fn search_slice(
    tx: &mut Tx,
    photo_id: Uuid,
    variants: &[String],
    limit: u16,
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<Twin>, StoreError> {
    let organisation_id = tx.organisation_id();
    // Each variant is a sub-select of its own, so that it is made a bit string once and not once per row.
    Ok(sqlx::query_as!(
        Twin,
        r#"select photo_id, distance as "distance!", landed_at from (
            select photo_id, landed_at, least(
                bit_count(pdq # (select ($4::text[])[1]::bit(256))), bit_count(pdq # (select ($4::text[])[2]::bit(256))),
                bit_count(pdq # (select ($4::text[])[3]::bit(256))), bit_count(pdq # (select ($4::text[])[4]::bit(256))),
                bit_count(pdq # (select ($4::text[])[5]::bit(256))), bit_count(pdq # (select ($4::text[])[6]::bit(256))),
                bit_count(pdq # (select ($4::text[])[7]::bit(256))), bit_count(pdq # (select ($4::text[])[8]::bit(256))))::int as distance
            from photo_hashes
            where organisation_id = $1 and landed_at >= $3 and landed_at < coalesce($7::timestamptz, 'infinity') and photo_id <> $2) hashes
           where distance <= $5 order by distance, landed_at limit $6"#,
        organisation_id,
        photo_id,
        from,
        variants,
        i32::from(limit),
        i64::try_from(TWINS_MAX).unwrap_or(i64::MAX),
        to
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Writes the pairs down in one order, so that searches that find each other never wait for each other in a circle.
async fn record(tx: &mut Tx, photo_id: Uuid, twins: &[Twin]) -> Result<u64, StoreError> {
    if twins.is_empty() {
        return Ok(0);
    }
    let organisation_id = tx.organisation_id();
    let (ids, distances): (Vec<Uuid>, Vec<i32>) = twins.iter().map(|twin| (twin.photo_id, twin.distance)).unzip();
    let written = sqlx::query!(
        "insert into look_alikes (organisation_id, photo_id, twin_photo_id, distance)
         select $1, pair.photo_id, pair.twin_photo_id, pair.distance from (
            select $2::uuid as photo_id, id as twin_photo_id, distance from unnest($3::uuid[], $4::int[]) twin (id, distance)
            union all
            select id, $2::uuid, distance from unnest($3::uuid[], $4::int[]) twin (id, distance)) pair
         order by pair.photo_id, pair.twin_photo_id
         on conflict do nothing",
        organisation_id,
        photo_id,
        &ids,
        &distances
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
