//! The sweeper goes round all organisations, one at a time and each in its own scope, and puts away what was left behind: in small
//! batches, so that nothing else waits for it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use domain::customers::IMPORT_WAITS_DAYS;
use futures_util::future::BoxFuture;
use store::attachments::sweep as attachment_sweep;
use store::customers::imports;
use store::objects::Uploads;
use store::photos::look_alikes::WINDOW_DAYS;
use store::photos::sweep as photo_sweep;
use store::sweep::{self, Leavings};
use store::{Scope, StoreError, calendars};
use uuid::Uuid;

use crate::EngineRoom;
use crate::chores::{Fault, Round};

/// Organisations named at once.
const ORGANISATIONS: i32 = 500;
/// Rows or objects put away in one go, and how often at most in one organisation and round.
const BATCH: i32 = 500;
const BATCHES_MAX: usize = 200;
/// A photo's upload window must have been closed for this long before the sweeper minds: the doorman comes first.
const OVERDUE: TimeDelta = TimeDelta::minutes(10);
/// An upload that nobody waits for must be this old, so that one just declared anew is never touched.
const LEFT_BEHIND: TimeDelta = TimeDelta::days(1);
/// A file that was sent up and put to nothing is kept for so long: a phone may be offline between the two.
const UNHELD: TimeDelta = TimeDelta::days(7);
/// Months whose partition of the log is made ahead.
const MONTHS_AHEAD: u32 = 2;

/// How many of what were put away.
type Counts = BTreeMap<&'static str, u64>;

/// Every hour: photos nobody waits for any more, uploads nobody took away, and the years that admins are warned of.
///
/// # Errors
/// [`Fault::Retry`] while the database or S3 is away.
pub async fn hourly(room: &EngineRoom, _: Round) -> Result<(), Fault> {
    let mut counts = round(room, |room, scope, counts| Box::pin(tidy_uploads(room, scope, counts))).await?;
    counts.extend(round(room, |room, scope, counts| Box::pin(warn_of_year(room, scope, counts))).await?);
    tracing::info!(?counts, "the hourly round is done");
    Ok(())
}

/// Every day: what has grown old, and the log's next months.
///
/// # Errors
/// As [`hourly`].
pub async fn daily(room: &EngineRoom, _: Round) -> Result<(), Fault> {
    make_partitions(room).await?;
    let counts = round(room, |room, scope, counts| Box::pin(remove_old(room, scope, counts))).await?;
    tracing::info!(?counts, "the daily round is done");
    Ok(())
}

type Duty = for<'a> fn(&'a EngineRoom, &'a Scope, &'a mut Counts) -> BoxFuture<'a, Result<(), StoreError>>;

async fn round(room: &EngineRoom, duty: Duty) -> Result<Counts, StoreError> {
    let (mut counts, mut after) = (Counts::new(), None);
    loop {
        let page = room.db.organisation_ids(after, ORGANISATIONS).await?;
        let Some(last) = page.last() else { return Ok(counts) };
        after = Some(*last);
        for organisation_id in &page {
            match duty(room, &Scope::house(*organisation_id), &mut counts).await {
                Ok(()) => {}
                Err(away @ StoreError::Unavailable { .. }) => return Err(away),
                // One organisation's trouble is not the next one's.
                Err(error) => tracing::error!(%organisation_id, %error, "an organisation could not be swept"),
            }
        }
    }
}

async fn tidy_uploads(room: &EngineRoom, scope: &Scope, counts: &mut Counts) -> Result<(), StoreError> {
    let mut tx = room.db.begin(scope).await?;
    let overdue = photo_sweep::await_overdue(&mut tx, room.clock.now() - OVERDUE, i64::from(BATCH)).await?;
    let expired = attachment_sweep::expire(&mut tx, room.clock.now() - OVERDUE).await?;
    tx.commit().await?;
    *counts.entry("overdue_photos").or_default() += overdue as u64;
    *counts.entry("expired_attachments").or_default() += expired;
    for uploads in Uploads::ALL {
        tidy_folder(room, scope, uploads, counts).await?;
    }
    Ok(())
}

async fn tidy_folder(room: &EngineRoom, scope: &Scope, uploads: Uploads, counts: &mut Counts) -> Result<(), StoreError> {
    let mut after = None;
    for _ in 0..BATCHES_MAX {
        let page = room.objects.incoming(uploads, scope.organisation_id, after, BATCH).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let stale = room.clock.now() - LEFT_BEHIND;
        let old: Vec<Uuid> = page.iter().filter(|upload| upload.stored_at < stale).map(|upload| upload.id).collect();
        let mut tx = room.db.begin(scope).await?;
        let left = match uploads {
            Uploads::Photos => photo_sweep::not_awaited(&mut tx, &old).await?,
            Uploads::Attachments => attachment_sweep::not_awaited(&mut tx, &old).await?,
        };
        tx.commit().await?;
        for id in &left {
            match uploads {
                Uploads::Photos => store::photos::arrival::clear_incoming(&room.objects, scope.organisation_id, *id).await,
                Uploads::Attachments => store::attachments::arrival::clear_incoming(&room.objects, scope.organisation_id, *id).await,
            }
        }
        *counts.entry("left_uploads").or_default() += left.len() as u64;
    }
    Ok(())
}

/// Each organisation has days of its own: where it is the day, and where a day was missed, the admins hear of it.
async fn warn_of_year(room: &EngineRoom, scope: &Scope, counts: &mut Counts) -> Result<(), StoreError> {
    let mut tx = room.db.begin(scope).await?;
    let told = calendars::warn_of_year(&mut tx, &room.ids, room.clock.now()).await?;
    tx.commit().await?;
    *counts.entry("year_warnings").or_default() += u64::from(told);
    Ok(())
}

/// Files that were sent up and put to nothing: rows first, so that nothing ever points to an object that is gone.
async fn forget_attachments(room: &EngineRoom, scope: &Scope, now: DateTime<Utc>, count: &mut u64) -> Result<(), StoreError> {
    for _ in 0..BATCHES_MAX {
        let mut tx = room.db.begin(scope).await?;
        let forgotten = attachment_sweep::forget_unheld(&mut tx, now - UNHELD, i64::from(BATCH)).await?;
        tx.commit().await?;
        for key in forgotten.iter().flatten() {
            room.objects.delete(key).await?;
        }
        *count += forgotten.len() as u64;
        if forgotten.len() < usize::try_from(BATCH).unwrap_or_default() {
            break;
        }
    }
    Ok(())
}

async fn remove_old(room: &EngineRoom, scope: &Scope, counts: &mut Counts) -> Result<(), StoreError> {
    let now = room.clock.now();
    let mut tx = room.db.begin(scope).await?;
    imports::close_stale(&mut tx, &room.ids, now - keeps(Leavings::StaleImports), now).await?;
    tx.commit().await?;
    for leavings in Leavings::ALL {
        let (count, batch) = (counts.entry(leavings.as_str()).or_default(), batch(leavings));
        for _ in 0..BATCHES_MAX {
            let mut tx = room.db.begin(scope).await?;
            let removed = sweep::remove(&mut tx, leavings, now - keeps(leavings), i64::from(batch)).await?;
            tx.commit().await?;
            *count += removed;
            if removed < u64::from(batch.unsigned_abs()) {
                break;
            }
        }
    }
    forget_attachments(room, scope, now, counts.entry("unheld_attachments").or_default()).await?;
    forget_hashes(room, scope, now, counts.entry("old_hashes").or_default()).await
}

/// How long a thing is kept after it was done with.
fn keeps(leavings: Leavings) -> TimeDelta {
    match leavings {
        Leavings::IdempotentAnswers | Leavings::UnusedChallenges => TimeDelta::days(30),
        Leavings::LoginBrakes => TimeDelta::days(1),
        Leavings::EndedSessions | Leavings::SettledDeliveries | Leavings::ToldEvents => TimeDelta::days(90),
        Leavings::StaleImports => TimeDelta::days(IMPORT_WAITS_DAYS),
        // As long as people may ask who looked at their work; and a phone that told something may have been in a drawer for long.
        Leavings::Looks | Leavings::DocumentHits | Leavings::DealTellings => TimeDelta::days(365),
    }
}

/// Rows removed in one go. A file of customers has many small ones.
fn batch(leavings: Leavings) -> i32 {
    if leavings == Leavings::StaleImports { 4 * BATCH } else { BATCH }
}

/// Hashes that landed before every window that a photo still on its way could open.
async fn forget_hashes(room: &EngineRoom, scope: &Scope, now: DateTime<Utc>, count: &mut u64) -> Result<(), StoreError> {
    let before = now - TimeDelta::days(WINDOW_DAYS + 7);
    for _ in 0..BATCHES_MAX {
        let mut tx = room.db.begin(scope).await?;
        let forgotten = photo_sweep::forget_hashes(&mut tx, before, i64::from(BATCH)).await?;
        tx.commit().await?;
        *count += forgotten;
        if forgotten < u64::from(BATCH.unsigned_abs()) {
            break;
        }
    }
    Ok(())
}

async fn make_partitions(room: &EngineRoom) -> Result<(), StoreError> {
    let today = room.clock.now().date_naive();
    let Some(first) = today.with_day(1) else { return Ok(()) };
    for month in (0..=MONTHS_AHEAD).filter_map(|months| first.checked_add_months(Months::new(months))) {
        match sweep::make_action_partition(&room.db, month).await {
            Ok(()) => {}
            // Its first rows came before its partition: they stay where they are, and nothing is lost but some speed.
            Err(StoreError::Conflict(_)) => tracing::warn!(%month, "the log's partition for a month comes too late"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
