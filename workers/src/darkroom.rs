//! The darkroom develops photos that landed: everything that needs the whole picture and that nobody waits for at the door.
//!
//! A photo is streamed once, verified once more, decoded within hard limits, and comes out as a fingerprint of how it looks, a small
//! picture without metadata, and, when somebody asks, a copy that says when, where and by whom it was taken. What cannot be had is
//! written down with the reason; the original stays as it is.

mod ascii;
mod bench;
mod decode;
mod jpeg;
mod letters;
mod original;
mod print;
mod stamp;

use std::sync::Arc;

use domain::evidence::pdq::Fingerprint;
use domain::evidence::{Format, Reading};
use serde_json::json;
use store::actions::{self, Action};
use store::objects::derived_key;
use store::photos::develop::{self, Development, Original};
use store::photos::look_alikes;
use store::queue::PhotoChore;
use store::visits::{Cause, policies};
use store::{Scope, StoreError};

use crate::chores::Fault;
use crate::{EngineRoom, rejudge};
use original::Fetched;

pub use bench::Bench;
pub use decode::{DecodeFault, Kind, Picture, Survey, decode, survey};
pub use letters::Letters;
pub use print::{fingerprint, jpeg as print_jpeg, shrink};
pub use stamp::{Lines, burn_in};

/// Fingerprints below this quality (of 100) are of walls, skies and nights, among which unrelated pictures collide; they are kept and
/// not searched by.
const USABLE_QUALITY: u8 = 50;
/// Long side of the small picture, in pixels.
const THUMBNAIL_SIDE: u32 = 512;
/// Long side of the copy with a stamp, in pixels.
const WATERMARK_SIDE: u32 = 1280;

/// Develops one photo, finds what looks like it, and has the visits judged again whose verdict that may change. Each step is written
/// down before the next, so that an interrupted development goes on where it was.
///
/// # Errors
/// [`Fault::Retry`] while S3 or the database is away.
pub async fn develop(room: &EngineRoom, chore: PhotoChore) -> Result<(), Fault> {
    let scope = Scope::house(chore.organisation_id);
    let mut tx = room.db.begin(&scope).await?;
    let original = develop::original(&mut tx, chore.photo_id).await?;
    tx.commit().await?;
    let Some(original) = original else { return Ok(()) };
    if original.developed_at.is_none() {
        let developed = develop_whole(room, &chore, &original).await?;
        record(room, &scope, &chore, &developed).await?;
    }
    let mut tx = room.db.begin(&scope).await?;
    let (_, policy) = policies::newest(&mut tx).await?;
    look_alikes::search(&mut tx, chore.photo_id, policy.look_alike_distance.max(policy.same_shot_distance)).await?;
    let visits = develop::visits_to_judge(&mut tx, chore.photo_id).await?;
    tx.commit().await?;
    for visit_id in visits {
        rejudge::visit(room, &scope, visit_id, Cause::Developed).await?;
    }
    Ok(())
}

async fn develop_whole(room: &EngineRoom, chore: &PhotoChore, original: &Original) -> Result<Development, Fault> {
    let (bytes, picture_sha256) = match original::fetch(&room.objects, original).await? {
        Fetched::Whole { bytes, picture_sha256 } => (Arc::new(bytes), picture_sha256),
        Fetched::Changed => return Ok(Development { fault: Some("bytes_changed"), ..Development::default() }),
        Fetched::Missing => return Ok(Development { fault: Some("object_missing"), ..Development::default() }),
    };
    let mut developed = Development { picture_sha256, ..Development::default() };
    match prints(room, bytes, &original.reading).await {
        Ok((thumbnail, fingerprint)) => {
            let key = derived_key(chore.organisation_id, chore.photo_id, "thumbnail");
            room.objects.put_small(&key, "image/jpeg", thumbnail).await?;
            developed.thumbnail_key = Some(key);
            developed.is_searchable = fingerprint.is_some_and(|fingerprint| fingerprint.quality >= USABLE_QUALITY);
            developed.fingerprint = fingerprint;
        }
        Err(fault) => {
            developed.fault = Some(fault.as_str());
            developed.reading = put_right(&original.reading, fault);
        }
    }
    Ok(developed)
}

/// The reading of a photo that shows nothing. Phones write HEIC that the decoder does not know: there it says nothing about the photo.
fn put_right(reading: &Reading, fault: DecodeFault) -> Option<Reading> {
    let Reading::Evidence(evidence) = reading else { return None };
    (fault == DecodeFault::Undecodable && evidence.format != Format::Heic).then(|| reading.clone().damaged())
}

/// The small picture and the fingerprint.
async fn prints(room: &EngineRoom, bytes: Arc<Vec<u8>>, reading: &Reading) -> Result<(Vec<u8>, Option<Fingerprint>), DecodeFault> {
    let picture = upright(room, bytes, reading, THUMBNAIL_SIDE).await?;
    let work = move || {
        let fingerprint = fingerprint(&picture);
        print_jpeg(&shrink(&picture.rgb, THUMBNAIL_SIDE)).map(|thumbnail| (thumbnail, fingerprint))
    };
    room.bench.work(0, work).await?
}

/// The decoded picture with its top up, its long side at least `side` pixels where the original has them.
async fn upright(room: &EngineRoom, bytes: Arc<Vec<u8>>, reading: &Reading, side: u32) -> Result<Picture, DecodeFault> {
    let Reading::Evidence(evidence) = reading else { return Err(DecodeFault::Undecodable) };
    let (kind, orientation) = (Kind::of(evidence.format).ok_or(DecodeFault::NoDecoder)?, evidence.orientation);
    let seen = Arc::clone(&bytes);
    let survey = room.bench.work(0, move || survey(&seen, kind)).await??;
    room.bench.work(survey.memory_bytes, move || decode(&bytes, kind, side).map(|picture| picture.turned(kind, orientation))).await?
}

/// Writes a development down. Bytes that are not those that were judged are never passed over in silence.
async fn record(room: &EngineRoom, scope: &Scope, chore: &PhotoChore, developed: &Development) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.db.begin(scope).await?;
    develop::record(&mut tx, chore.photo_id, developed, now).await?;
    if let Some(fault @ ("bytes_changed" | "object_missing")) = developed.fault {
        let data = json!({ "fault": fault });
        let (id, subject_id) = (room.ids.next(), chore.photo_id);
        let kind = "photo.found_damaged";
        actions::record(
            &mut tx,
            Action { id, actor_id: None, kind, subject_kind: "photo", subject_id, occurred_at: now, recorded_at: now, data },
        )
        .await?;
        tracing::error!(photo_id = %chore.photo_id, fault, "a photo is not what was judged");
    }
    tx.commit().await?;
    let fault = developed.fault.unwrap_or("none");
    metrics::counter!("fieldproof_photos_developed_total", "fault" => fault).increment(1);
    Ok(())
}

/// Makes the copy of a photo that says when, where and by whom it was taken, once; for a photo no visit uses there is none.
///
/// # Errors
/// [`Fault::Retry`] while S3 or the database is away, [`Fault::GiveUp`] when the picture cannot be decoded.
pub async fn watermark(room: &EngineRoom, chore: PhotoChore) -> Result<(), Fault> {
    let scope = Scope::house(chore.organisation_id);
    let mut tx = room.db.begin(&scope).await?;
    let original = develop::original(&mut tx, chore.photo_id).await?;
    let stamp = develop::stamp(&mut tx, chore.photo_id).await?;
    tx.commit().await?;
    let (Some(original), Some(stamp)) = (original, stamp) else { return Ok(()) };
    if original.watermark_key.is_some() {
        return Ok(());
    }
    let why = |fault: &str| Fault::GiveUp { why: format!("no watermarked copy can be made: {fault}") };
    let bytes = match original::fetch(&room.objects, &original).await? {
        Fetched::Whole { bytes, .. } => Arc::new(bytes),
        Fetched::Changed => return Err(why("bytes_changed")),
        Fetched::Missing => return Err(why("object_missing")),
    };
    let picture = upright(room, bytes, &original.reading, WATERMARK_SIDE).await.map_err(|fault| why(fault.as_str()))?;
    let lines = Lines::of(&stamp, &original.reading, room.letters.reads_chinese());
    let letters = room.letters.clone();
    let work = move || {
        let mut copy = shrink(&picture.rgb, WATERMARK_SIDE);
        burn_in(&mut copy, &lines, &letters);
        print_jpeg(&copy)
    };
    let copy = room.bench.work(0, work).await.and_then(|printed| printed).map_err(|fault| why(fault.as_str()))?;
    let key = derived_key(chore.organisation_id, chore.photo_id, "watermark");
    room.objects.put_small(&key, "image/jpeg", copy).await?;
    let mut tx = room.db.begin(&scope).await?;
    develop::record_watermark(&mut tx, chore.photo_id, &key).await?;
    tx.commit().await?;
    Ok(())
}
