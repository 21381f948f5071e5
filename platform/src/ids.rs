//! New ids: UUIDv7, so that what is made later sorts later.

use std::sync::{Arc, Mutex};

use uuid::{ContextV7, Timestamp, Uuid};

use crate::Clock;

/// Makes ids whose order follows the clock they are given, and at one instant the order in which they are made.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    clock: Clock,
    made: Arc<Mutex<ContextV7>>,
}

impl Ids {
    pub fn new(clock: Clock) -> Self {
        Self { clock, made: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// A fresh UUIDv7 at the clock's present.
    pub fn next(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&*self.made, seconds, now.timestamp_subsec_nanos()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Ids};

    #[test]
    fn what_is_made_later_sorts_later_even_while_the_clock_stands() {
        let ids = Ids::new(Clock::by_hand(Clock::wall().now()));
        let made: Vec<_> = (0..1000).map(|_| ids.clone().next()).collect();
        assert!(made.is_sorted_by(|earlier, later| earlier < later));
    }
}
