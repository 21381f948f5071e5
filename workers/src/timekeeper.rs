//! The timekeeper fires timers that are due: it looks over all organisations, and deals with each batch of one organisation's in one
//! transaction, in which everything that follows is written. It keeps nothing in memory that matters: two of them at once pass over what
//! the other holds, and what one that died had in hand is due as before.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use platform::Clock;
use store::bell::{self, Bell};
use store::engine::due::{self, Batch, Fired, PassedOver};
use store::{Database, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::chores::chain;

/// Nobody sleeps longer than this, bell or no bell: it may not have been heard, and another machine may have died.
const POLL_AFTER: Duration = Duration::from_secs(2);
/// Where a clock is moved by hand, no bell tells it.
const POLL_AFTER_BY_HAND: Duration = Duration::from_millis(500);
/// And nobody asks more often than this.
const POLL_AT_LEAST: Duration = Duration::from_millis(10);
/// Timers named in one look, and subjects dealt with in one transaction.
const NAMED: i32 = 4_000;
const BATCH: usize = 500;
/// Transactions at once.
const LANES: usize = 3;
/// What failed is tried again after this long.
const RETRY_AFTER: Duration = Duration::from_mins(1);
/// While the database is away.
const AWAY_AFTER: Duration = Duration::from_secs(1);
/// A bell that has not rung for so long may hang on a link that has gone silent.
const HANG_ANEW_AFTER: Duration = Duration::from_mins(5);

/// Fires what is due until `stop`.
pub async fn keep(db: Database, clock: Clock, stop: CancellationToken) {
    let poll_after = if clock.held().is_some() { POLL_AFTER_BY_HAND } else { POLL_AFTER };
    keep_looking(db, clock, poll_after, stop).await;
}

/// As [`keep`], looking at least every `poll_after`.
pub async fn keep_looking(db: Database, clock: Clock, poll_after: Duration, stop: CancellationToken) {
    let rung = Arc::new(Notify::new());
    let listening = tokio::spawn(listen(db.clone(), Arc::clone(&rung), stop.clone()));
    let (mut passed, mut forget_at) = (PassedOver::default(), None);
    while !stop.is_cancelled() {
        if forget_at.is_some_and(|at| tokio::time::Instant::now() >= at) {
            (passed, forget_at) = (PassedOver::default(), None);
        }
        let pause = match round(&db, clock.held(), &mut passed).await {
            Ok(round) => round.pause(poll_after),
            Err(error) => {
                tracing::warn!(why = chain(&error), "timers cannot be looked at for the moment");
                AWAY_AFTER
            }
        };
        if forget_at.is_none() && !(passed.organisations.is_empty() && passed.subjects.is_empty()) {
            forget_at = Some(tokio::time::Instant::now() + RETRY_AFTER);
        }
        tokio::select! { () = stop.cancelled() => {} () = rung.notified() => {} () = tokio::time::sleep(pause) => {} }
    }
    let _ = listening.await;
}

/// Passes on what the bell says. While it cannot be heard, the clock has to do.
async fn listen(db: Database, rung: Arc<Notify>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            heard = hear(&db, &rung) => if let Err(error) = heard {
                tracing::warn!(why = chain(&error), "the bell cannot be heard for the moment; timers are looked at by the clock");
                tokio::select! { () = stop.cancelled() => {} () = tokio::time::sleep(AWAY_AFTER) => {} }
            },
        }
    }
}

async fn hear(db: &Database, rung: &Notify) -> Result<(), StoreError> {
    let mut bell = Bell::hang(db, &[bell::TIMERS]).await?;
    // What rang before it hung was missed.
    rung.notify_one();
    while let Ok(heard) = tokio::time::timeout(HANG_ANEW_AFTER, bell.heard()).await {
        heard?;
        rung.notify_one();
    }
    Ok(())
}

/// What one look came to.
#[derive(Debug)]
pub struct Round {
    pub fired: Fired,
    pub now: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
    /// Another look is worth its while at once.
    pub more: bool,
}

impl Round {
    fn pause(&self, poll_after: Duration) -> Duration {
        if self.more {
            return Duration::ZERO;
        }
        let until_next = self.next_at.map(|next| (next - self.now).max(TimeDelta::zero()).to_std().unwrap_or(poll_after));
        until_next.unwrap_or(poll_after).clamp(POLL_AT_LEAST, poll_after)
    }
}

/// Looks once and fires what is due. What cannot be fired is noted in `passed`, so that it stands in nobody's way.
///
/// # Errors
/// `Unavailable` while the database is away; what was fired until then stays fired.
pub async fn round(db: &Database, now: Option<DateTime<Utc>>, passed: &mut PassedOver) -> Result<Round, StoreError> {
    let look = due::look(db, now, NAMED, BATCH, passed).await?;
    let mut batches = look.batches;
    // Several machines see the same list: each begins somewhere else.
    let start = usize::from(std::process::id().to_le_bytes()[0]).checked_rem(batches.len()).unwrap_or(0);
    batches.rotate_left(start);
    let outcomes = futures_util::stream::iter(batches).map(|batch| async move {
        let outcome = due::fire(db, &batch, look.now).await;
        (batch, outcome)
    });
    let mut outcomes = outcomes.buffer_unordered(LANES);
    let (mut fired, mut failed) = (Fired::default(), Vec::new());
    while let Some((batch, outcome)) = outcomes.next().await {
        match outcome {
            Ok(done) => add(&mut fired, done),
            Err(away @ StoreError::Unavailable { .. }) => return Err(away),
            Err(error) => failed.push((batch, error)),
        }
    }
    for (batch, error) in failed {
        add(&mut fired, one_by_one(db, batch, &error, look.now, passed).await?);
    }
    count(fired);
    // Whatever another machine holds is its affair: where nothing could be fired, there is no hurry to look again.
    let more = fired.steps > 0;
    Ok(Round { fired, now: look.now, next_at: look.next_at, more })
}

/// One subject's trouble is not the next one's; where every subject has it, it is the organisation's.
async fn one_by_one(
    db: &Database,
    batch: Batch,
    error: &StoreError,
    now: DateTime<Utc>,
    passed: &mut PassedOver,
) -> Result<Fired, StoreError> {
    let organisation_id = batch.organisation_id;
    tracing::error!(%organisation_id, why = chain(error), subjects = batch.subjects.len(), "timers could not be fired together");
    let (mut fired, mut troubled) = (Fired::default(), Vec::new());
    for subject in &batch.subjects {
        let alone = Batch { organisation_id, subjects: vec![*subject] };
        match due::fire(db, &alone, now).await {
            Ok(done) => add(&mut fired, done),
            Err(away @ StoreError::Unavailable { .. }) => return Err(away),
            Err(error) => {
                tracing::error!(%organisation_id, subject_id = %subject.1, why = chain(&error), "a subject's timers could not be fired");
                troubled.push(subject.1);
            }
        }
        if troubled.len() >= TROUBLED_MAX {
            passed.organisations.push(organisation_id);
            return Ok(fired);
        }
    }
    passed.subjects.extend(troubled);
    Ok(fired)
}

/// With more subjects in trouble than this in one batch, it is the organisation that is in trouble.
const TROUBLED_MAX: usize = 10;

fn add(sum: &mut Fired, more: Fired) {
    sum.steps += more.steps;
    sum.incidents += more.incidents;
    sum.passed_over += more.passed_over;
}

fn count(fired: Fired) {
    metrics::counter!("fieldproof_timer_steps_total").increment(fired.steps as u64);
    metrics::counter!("fieldproof_incidents_total").increment(fired.incidents as u64);
}
