//! The courier brings what is waiting out of the house: it claims what is due, sends it outside any transaction, and writes down how that
//! ended. It keeps nothing in memory that matters: any number of couriers pass over what the others hold, a lease that nobody renews runs
//! out, and whoever lost one has nothing to say any more.

mod claimed;
mod ending;
mod parcel;
mod words;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use platform::sealing::{SealFault, Sealer};
use platform::settings::Settings;
use platform::{Chance, Clock, Ids};
use store::deliveries::due;
use store::{Database, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::channels::{Channels, RelayFault};
use crate::chores::chain;
use parcel::Parcel;

/// Nobody sleeps longer than this: what was planned meanwhile, and another machine that died, are noticed.
const POLL_AFTER: Duration = Duration::from_millis(500);
const POLL_AT_LEAST: Duration = Duration::from_millis(10);
/// What is claimed and not renewed for so long is taken up by somebody else; whoever sends renews long before.
pub const LEASE: TimeDelta = TimeDelta::seconds(20);
const RENEW_AFTER: Duration = Duration::from_secs(6);
/// Parcels on their way at once.
const HANDS: usize = 64;
/// Deliveries looked at at once: more than there are hands, because many go as one.
const NAMED: i32 = 1_000;
/// An organisation whose deliveries cannot be claimed is passed over for so long.
const RETRY_AFTER: Duration = Duration::from_mins(1);
/// While the database is away.
const AWAY_AFTER: Duration = Duration::from_secs(1);

/// Everything that a courier needs.
#[derive(Debug)]
pub struct Courier {
    db: Database,
    clock: Clock,
    ids: Ids,
    chance: Chance,
    channels: Channels,
    sealer: Sealer,
    /// Where people open what they are told about.
    app_url: String,
}

/// Why there can be no courier.
#[derive(Debug, thiserror::Error)]
pub enum CourierFault {
    #[error(transparent)]
    Relay(#[from] RelayFault),
    #[error(transparent)]
    Seal(#[from] SealFault),
}

impl Courier {
    /// # Errors
    /// When a setting cannot be used.
    pub fn new(settings: &Settings, db: Database, clock: Clock, chance: Chance) -> Result<Self, CourierFault> {
        let channels = Channels::open(&settings.channels, &clock)?;
        let sealer = Sealer::new(&settings.sealing_keys)?;
        Ok(Self { db, ids: Ids::new(clock.clone()), clock, chance, channels, sealer, app_url: settings.app_url.clone() })
    }

    /// Claims once, sends what was claimed and waits for all of it to end.
    ///
    /// # Errors
    /// `Unavailable` while the database is away; what was claimed and not ended is claimed again when its lease is over.
    pub async fn round(&self) -> Result<Round, StoreError> {
        let (parcels, round) = self.claim(usize::MAX, &mut Vec::new()).await?;
        let ends = futures_util::future::join_all(parcels.into_iter().map(|parcel| self.bring(parcel))).await;
        ends.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(round)
    }

    /// Claims what is due, for so many hands. Organisations that cannot be dealt with are noted in `passed`.
    ///
    /// # Errors
    /// As [`Courier::round`].
    async fn claim(&self, hands: usize, passed: &mut Vec<Uuid>) -> Result<(Vec<Parcel>, Round), StoreError> {
        let look = due::look(&self.db, self.clock.held(), NAMED, passed).await?;
        let began = tokio::time::Instant::now();
        let (mut parcels, mut touched) = (Vec::new(), 0);
        let share = hands.checked_div(look.due.len()).unwrap_or(hands).max(1);
        for (organisation_id, ids) in look.due {
            match self.claim_of(organisation_id, &ids, share, look.now).await {
                Ok((claimed, settled)) => {
                    touched += claimed.len() + settled;
                    parcels.extend(claimed);
                }
                Err(away @ StoreError::Unavailable { .. }) => return Err(away),
                Err(error) => {
                    tracing::error!(%organisation_id, why = chain(&error), "deliveries could not be claimed");
                    passed.push(organisation_id);
                }
            }
        }
        // By the same clock as the look, as it stands now.
        let now = self.clock.held().unwrap_or_else(|| look.now + TimeDelta::from_std(began.elapsed()).unwrap_or_default());
        Ok((parcels, Round { touched, now, next_at: look.next_at }))
    }
}

/// What one look came to.
#[derive(Debug)]
pub struct Round {
    /// Deliveries that were claimed, put off or settled without being sent.
    pub touched: usize,
    pub now: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
}

impl Round {
    fn pause(&self) -> Duration {
        if self.touched > 0 {
            return Duration::ZERO;
        }
        let until_next = self.next_at.map_or(POLL_AFTER, |next| (next - self.now).max(TimeDelta::zero()).to_std().unwrap_or(POLL_AFTER));
        until_next.clamp(POLL_AT_LEAST, POLL_AFTER)
    }
}

/// Brings what is waiting until `stop`; what is on its way then is brought to its end.
pub async fn keep(courier: Arc<Courier>, stop: CancellationToken) {
    let (mut underway, mut passed, mut forget_at) = (JoinSet::new(), Vec::new(), None);
    while !stop.is_cancelled() {
        while let Some(ended) = underway.try_join_next() {
            report(ended);
        }
        if forget_at.is_some_and(|at| tokio::time::Instant::now() >= at) {
            (passed, forget_at) = (Vec::new(), None);
        }
        let free = HANDS.saturating_sub(underway.len());
        let pause = if free == 0 {
            POLL_AT_LEAST
        } else {
            match courier.claim(free, &mut passed).await {
                Ok((parcels, round)) => {
                    for parcel in parcels {
                        let courier = Arc::clone(&courier);
                        underway.spawn(async move { courier.bring(parcel).await });
                    }
                    round.pause()
                }
                Err(error) => {
                    tracing::warn!(why = chain(&error), "deliveries cannot be claimed for the moment");
                    AWAY_AFTER
                }
            }
        };
        if forget_at.is_none() && !passed.is_empty() {
            forget_at = Some(tokio::time::Instant::now() + RETRY_AFTER);
        }
        tokio::select! { () = stop.cancelled() => {} () = tokio::time::sleep(pause) => {} }
    }
    while let Some(ended) = underway.join_next().await {
        report(ended);
    }
}

fn report(ended: Result<Result<(), StoreError>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        // It is sent again when its lease is over: under the same id, which tells a repetition apart where that can be told.
        Ok(Err(error)) => tracing::warn!(why = chain(&error), "how a delivery ended could not be written down"),
        Err(error) => tracing::error!(%error, "a delivery ended badly"),
    }
}
