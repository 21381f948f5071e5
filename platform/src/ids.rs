//! New ids: UUIDv7, so that what is made later sorts later.

use uuid::{NoContext, Timestamp, Uuid};

use crate::Clock;

/// Makes ids whose order follows the clock they are given.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    clock: Clock,
}

impl Ids {
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }

    /// A fresh UUIDv7 at the clock's present.
    pub fn next(&self) -> Uuid {
        let now = self.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
    }
}
