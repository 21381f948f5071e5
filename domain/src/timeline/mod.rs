//! How the story of a customer is told: what each kind of entry is called, what counts as told late, and what of it may be shown.

mod names;
mod shown;
mod why;

pub use names::{family_of, kinds, name_of};
pub use shown::{Shown, files_in, masked_data, show};
pub use why::{Alert, alert, coded, joined};

use chrono::{DateTime, TimeDelta, Utc};

/// What is recorded later than this after it happened was told late.
pub const LATE_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Whether something was recorded late: a phone was offline, or somebody remembered.
pub fn is_late(occurred_at: DateTime<Utc>, recorded_at: DateTime<Utc>) -> bool {
    recorded_at.signed_duration_since(occurred_at) > LATE_AFTER
}
