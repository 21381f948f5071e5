//! When a system's endpoint is taken for dead.

use chrono::{DateTime, TimeDelta, Utc};

/// An endpoint that has taken nothing for so long is asked no more, until somebody opens it again.
const DEAD_AFTER: TimeDelta = TimeDelta::days(3);

/// While a secret is being replaced, the old one signs as well for no longer than this.
pub const ROTATION_OVERLAP_MAX: TimeDelta = TimeDelta::days(7);

/// Whether an endpoint that has taken nothing since `failing_since` is dead.
pub fn is_dead(failing_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - failing_since >= DEAD_AFTER
}
