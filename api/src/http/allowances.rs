//! How often people, organisations and strangers may ask this process, and the layer that sends away who asks more often.
//!
//! The buckets are this process's own: a limit for all processes together would cost every request a round trip, and what is guarded is
//! this process's share of the machine. They take a bounded amount of memory whoever asks.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::people::allowance::Allowance;
use platform::Clock;
use platform::settings::{Rate, Rates};
use uuid::Uuid;

use super::address::ClientAddress;
use super::problem::{Problem, ProblemKind};
use crate::House;
use crate::sessions::identity::Identity;
use crate::sessions::network::network_of;

/// Buckets that are kept at most, of each kind: some ten megabytes.
const BUCKETS_MAX: usize = 100_000;
/// Full buckets are thrown out no more often than this, so that a crowd of strangers does not keep the process busy with that.
const TIDY_AFTER: TimeDelta = TimeDelta::seconds(1);
/// What must always answer, because other machines act on it.
pub const EXEMPT: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The buckets of everybody who asked lately.
#[derive(Debug)]
pub struct Allowances {
    clock: Clock,
    callers: Buckets<Uuid>,
    organisations: Buckets<Uuid>,
    strangers: Buckets<IpAddr>,
}

impl Allowances {
    pub fn new(rates: Rates, clock: Clock) -> Self {
        Self {
            callers: Buckets::new(rates.caller, BUCKETS_MAX),
            organisations: Buckets::new(rates.organisation, BUCKETS_MAX),
            strangers: Buckets::new(rates.stranger, BUCKETS_MAX),
            clock,
        }
    }

    /// Counts one request of a caller against their own allowance and their organisation's.
    ///
    /// # Errors
    /// `TooMany` with the time to wait.
    pub fn caller(&self, organisation_id: Uuid, id: Uuid) -> Result<(), Problem> {
        // Who has used up their own takes nothing from their colleagues.
        self.callers.take(id, &self.clock).map_err(|wait| too_many("caller", wait))?;
        self.organisations.take(organisation_id, &self.clock).map_err(|wait| too_many("organisation", wait))
    }

    /// Counts one request without a good token against its network's allowance.
    ///
    /// # Errors
    /// As [`Allowances::caller`].
    pub fn stranger(&self, address: IpAddr) -> Result<(), Problem> {
        self.strangers.take(network_of(address), &self.clock).map_err(|wait| too_many("stranger", wait))
    }

    /// Whether the network of `address` has asked too often already, without counting that this was asked.
    ///
    /// # Errors
    /// As [`Allowances::caller`].
    pub fn stranger_may(&self, address: IpAddr) -> Result<(), Problem> {
        self.strangers.look(&network_of(address), &self.clock).map_err(|wait| too_many("stranger", wait))
    }
}

fn too_many(whose: &'static str, wait: TimeDelta) -> Problem {
    metrics::counter!("fieldproof_requests_slowed_total", "whose" => whose).increment(1);
    let seconds = (wait.num_milliseconds() + 999) / 1000;
    Problem::from(ProblemKind::TooMany).retry_after(u64::try_from(seconds).unwrap_or(1).max(1))
}

/// Sends away who asks too often, before anything is done for them.
pub async fn slow_down(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if path.is_some_and(|path| EXEMPT.contains(&path)) {
        return next.run(request).await;
    }
    let counted = match request.extensions().get::<Identity>().and_then(Identity::known) {
        Some(scope) => house.allowances.caller(scope.organisation_id, scope.actor_id().unwrap_or_default()),
        None => match request.extensions().get::<ClientAddress>() {
            Some(ClientAddress(address)) => house.allowances.stranger(*address),
            None => Ok(()),
        },
    };
    match counted {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Buckets by their owner. One that is full says nothing and is not kept.
#[derive(Debug)]
struct Buckets<K> {
    allowance: Option<Allowance>,
    most: usize,
    kept: Mutex<Kept<K>>,
}

#[derive(Debug)]
struct Kept<K> {
    full_at: HashMap<K, DateTime<Utc>>,
    /// The bucket that all share who find no place.
    crowd: Option<DateTime<Utc>>,
    tidied_at: DateTime<Utc>,
}

impl<K: Eq + Hash> Buckets<K> {
    fn new(rate: Rate, most: usize) -> Self {
        let kept = Kept { full_at: HashMap::new(), crowd: None, tidied_at: DateTime::UNIX_EPOCH };
        Self { allowance: Allowance::new(rate.per_s, rate.burst), most, kept: Mutex::new(kept) }
    }

    /// Whether there is a request left in the owner's bucket.
    fn look(&self, owner: &K, clock: &Clock) -> Result<(), TimeDelta> {
        let Some(allowance) = self.allowance else { return Ok(()) };
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = kept.full_at.get(owner).copied();
        allowance.take(full_at, clock.now()).map(drop)
    }

    /// Takes one request from the owner's bucket.
    fn take(&self, owner: K, clock: &Clock) -> Result<(), TimeDelta> {
        let Some(allowance) = self.allowance else { return Ok(()) };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Read while nobody else can take: an instant from before another's would seem to come from a clock that was set back.
        let now = clock.now();
        if kept.full_at.len() >= self.most && !kept.full_at.contains_key(&owner) {
            if (now - kept.tidied_at).abs() >= TIDY_AFTER {
                kept.full_at.retain(|_, full_at| *full_at > now);
                kept.tidied_at = now;
            }
            if kept.full_at.len() >= self.most {
                let full_at = allowance.take(kept.crowd, now)?;
                kept.crowd = Some(full_at);
                return Ok(());
            }
        }
        let full_at = allowance.take(kept.full_at.get(&owner).copied(), now)?;
        kept.full_at.insert(owner, full_at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(per_s: u32, burst: u32, most: usize) -> Buckets<u32> {
        Buckets::new(Rate { per_s, burst }, most)
    }

    fn clock() -> Clock {
        Clock::by_hand(DateTime::from_timestamp(1_764_000_000, 0).unwrap())
    }

    #[test]
    fn everybody_has_a_bucket_of_their_own_and_it_fills_again() {
        let (buckets, clock) = (buckets(2, 3, 10), clock());
        for owner in [1, 2] {
            for _ in 0..3 {
                buckets.take(owner, &clock).unwrap();
            }
            assert_eq!(buckets.take(owner, &clock), Err(TimeDelta::milliseconds(500)));
            assert_eq!(buckets.look(&owner, &clock), Err(TimeDelta::milliseconds(500)));
        }
        assert!((0..9).all(|_| buckets.look(&3, &clock).is_ok()), "looking takes nothing");
        clock.advance(TimeDelta::milliseconds(500));
        buckets.take(1, &clock).unwrap();
        assert!(buckets.take(1, &clock).is_err());
    }

    #[test]
    fn memory_is_bounded_and_who_is_known_keeps_their_bucket() {
        let (buckets, clock) = (buckets(1, 2, 3), clock());
        for owner in 0..3 {
            buckets.take(owner, &clock).unwrap();
        }
        // A crowd shares one bucket, and nobody in it displaces who has one.
        assert_eq!((3..100).filter(|owner| buckets.take(*owner, &clock).is_ok()).count(), 2);
        buckets.take(0, &clock).unwrap();
        assert!(buckets.take(0, &clock).is_err());
        assert_eq!(buckets.kept.lock().unwrap().full_at.len(), 3);
        // Full buckets make room.
        clock.advance(TimeDelta::seconds(1));
        buckets.take(50, &clock).unwrap();
        let kept = buckets.kept.lock().unwrap();
        assert!(kept.full_at.contains_key(&50) && kept.full_at.contains_key(&0) && !kept.full_at.contains_key(&1));
    }

    #[test]
    fn no_limit_keeps_nothing() {
        let (buckets, clock) = (buckets(0, 2, 3), clock());
        assert!((0..1000).all(|owner| buckets.take(owner, &clock).is_ok()));
        assert!(buckets.kept.lock().unwrap().full_at.is_empty());
    }

    #[test]
    fn who_is_used_up_takes_nothing_from_their_organisation() {
        let rate = |per_s, burst| Rate { per_s, burst };
        let rates = Rates { caller: rate(1, 2), organisation: rate(1, 3), stranger: rate(1, 1) };
        let allowances = Allowances::new(rates, clock());
        let [us, one, other, third] = [1, 2, 3, 4].map(Uuid::from_u128);
        let asks = |id| allowances.caller(us, id).map_err(|problem| problem.retry_after_s);
        assert_eq!([asks(one), asks(one), asks(one), asks(one)], [Ok(()), Ok(()), Err(Some(1)), Err(Some(1))]);
        assert_eq!([asks(other), asks(third)], [Ok(()), Err(Some(1))], "the organisation has had its three");
        assert!(allowances.caller(Uuid::from_u128(9), one).is_err(), "a caller is one wherever they ask");
        assert!(allowances.stranger("203.0.113.1".parse().unwrap()).is_ok());
        assert!(allowances.stranger("203.0.113.200".parse().unwrap()).is_err(), "one network");
        assert!(allowances.stranger("203.0.114.1".parse().unwrap()).is_ok());
    }
}
