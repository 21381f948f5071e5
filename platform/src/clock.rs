//! The one place that reads the wall clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The time, as the house knows it: the wall clock, one that goes with it some way ahead, or a clock that only a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock(Hands);

#[derive(Debug, Clone, Default)]
enum Hands {
    #[default]
    Wall,
    /// So many microseconds ahead of the wall.
    Ahead(Arc<AtomicI64>),
    ByHand(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The system's wall clock.
    pub fn wall() -> Self {
        Self(Hands::Wall)
    }

    /// A clock that goes with the wall's, and can be moved ahead of it: for demonstrations, in which days pass at once.
    pub fn movable() -> Self {
        Self(Hands::Ahead(Arc::default()))
    }

    /// A clock that stands at `at` until it is moved.
    pub fn by_hand(at: DateTime<Utc>) -> Self {
        Self(Hands::ByHand(Arc::new(Mutex::new(at))))
    }

    /// The present instant, to the microsecond: what PostgreSQL keeps is what was meant.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            Hands::Wall => micros(Utc::now()),
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            Hands::Ahead(by) => micros(Utc::now()) + TimeDelta::microseconds(by.load(Ordering::Relaxed)),
            Hands::ByHand(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The instant of a clock that is held by hand or was moved ahead; `None` for the wall clock. What is due is decided by the database's clock, of which
    /// there is one for all machines, unless a test or a demonstration holds time.
    pub fn held(&self) -> Option<DateTime<Utc>> {
        match &self.0 {
            Hands::Wall => None,
            Hands::Ahead(by) if by.load(Ordering::Relaxed) == 0 => None,
            Hands::Ahead(_) | Hands::ByHand(_) => Some(self.now()),
        }
    }

    /// Moves a clock that is held by hand, or one that goes ahead, which does not go back; the wall clock does not obey.
    pub fn advance(&self, by: TimeDelta) {
        match &self.0 {
            Hands::Wall => {}
            Hands::Ahead(ahead) => {
                let by = by.num_microseconds().unwrap_or(0).max(0);
                ahead.fetch_add(by, Ordering::Relaxed);
            }
            Hands::ByHand(at) => *at.lock().unwrap_or_else(PoisonError::into_inner) += by,
        }
    }
}

fn micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movable_clock_is_the_walls_until_it_is_moved_and_never_goes_back() {
        let (clock, wall) = (Clock::movable(), Clock::wall());
        assert!(clock.held().is_none() && clock.now() - wall.now() < TimeDelta::seconds(5));
        let other = clock.clone();
        other.advance(TimeDelta::hours(48));
        assert!(clock.held().is_some_and(|held| held - wall.now() > TimeDelta::hours(47)));
        let before = clock.now();
        clock.advance(TimeDelta::hours(-48));
        assert!(clock.now() >= before);
    }
}
