//! The one place that reads the wall clock.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// The time, as the house knows it: the wall clock, or a clock that only a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock(Hands);

#[derive(Debug, Clone, Default)]
enum Hands {
    #[default]
    Wall,
    ByHand(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The system's wall clock.
    pub fn wall() -> Self {
        Self(Hands::Wall)
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
            Hands::ByHand(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The instant at which a clock is held by hand; `None` for the wall clock. What is due is decided by the database's clock, of which
    /// there is one for all machines, unless a test holds time.
    pub fn held(&self) -> Option<DateTime<Utc>> {
        match &self.0 {
            Hands::Wall => None,
            Hands::ByHand(_) => Some(self.now()),
        }
    }

    /// Moves a clock that is held by hand; the wall clock does not obey.
    pub fn advance(&self, by: TimeDelta) {
        if let Hands::ByHand(at) = &self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

fn micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}
