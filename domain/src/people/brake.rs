//! Guessing gets slower: wrong passwords for one login from one network are counted, and from the fifth on each one costs a wait that
//! doubles. The owner, coming from another network, never notices.

use chrono::{DateTime, TimeDelta, Utc};

/// So many wrong passwords in a row cost nothing: people mistype.
const FREE_FAILURES: u32 = 4;
/// The wait after the first failure that is not free, seconds.
const FIRST_WAIT_S: i64 = 2;
/// No wait is longer than this, seconds.
const LONGEST_WAIT_S: i64 = 900;
/// A count that has not grown for so long is forgotten, hours.
const FORGOTTEN_AFTER_H: i64 = 24;

/// What is remembered about the wrong passwords for one login from one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brake {
    pub failures: u32,
    /// No password is looked at before this.
    pub free_at: DateTime<Utc>,
    pub touched_at: DateTime<Utc>,
}

impl Brake {
    /// The brake of somebody who has not failed yet.
    pub fn loose(now: DateTime<Utc>) -> Self {
        Self { failures: 0, free_at: now, touched_at: now }
    }

    /// Whole seconds to wait before the next password is looked at; `None` when that may be now.
    pub fn wait_s(&self, now: DateTime<Utc>) -> Option<u64> {
        let left = u64::try_from((self.free_at - now).num_milliseconds()).ok().filter(|left| *left > 0)?;
        Some(left.div_ceil(1000))
    }

    /// The brake after one more wrong password.
    pub fn after_failure(self, now: DateTime<Utc>) -> Self {
        let failures = if self.is_forgotten(now) { 1 } else { self.failures.saturating_add(1) };
        let wait_s = match failures.checked_sub(FREE_FAILURES + 1) {
            None => 0,
            Some(doublings) => FIRST_WAIT_S.saturating_mul(1_i64.checked_shl(doublings.min(32)).unwrap_or(i64::MAX)).min(LONGEST_WAIT_S),
        };
        Self { failures, free_at: now + TimeDelta::seconds(wait_s), touched_at: now }
    }

    fn is_forgotten(&self, now: DateTime<Utc>) -> bool {
        now - self.touched_at >= TimeDelta::hours(FORGOTTEN_AFTER_H)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn four_mistakes_are_free_and_then_waits_double_up_to_a_cap() {
        let mut brake = Brake::loose(noon());
        let waits: Vec<_> = (0..20)
            .map(|_| {
                brake = brake.after_failure(noon());
                brake.wait_s(noon()).unwrap_or(0)
            })
            .collect();
        assert_eq!(waits[..9], [0, 0, 0, 0, 2, 4, 8, 16, 32]);
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&900));
    }

    #[test]
    fn a_wait_ends_at_its_instant_and_is_told_in_whole_seconds_rounded_up() {
        let brake = Brake { failures: 5, free_at: noon() + TimeDelta::milliseconds(1500), touched_at: noon() };
        assert_eq!(brake.wait_s(noon()), Some(2));
        assert_eq!(brake.wait_s(noon() + TimeDelta::milliseconds(1500)), None);
        assert_eq!(brake.wait_s(noon() + TimeDelta::hours(1)), None);
    }

    #[test]
    fn a_day_without_mistakes_is_forgiven_and_no_count_overflows() {
        let old = Brake { failures: 12, free_at: noon(), touched_at: noon() };
        assert_eq!(old.after_failure(noon() + TimeDelta::hours(23)).failures, 13);
        assert_eq!(old.after_failure(noon() + TimeDelta::hours(24)).failures, 1);
        let worst = Brake { failures: u32::MAX, ..old };
        assert_eq!(worst.after_failure(noon()).wait_s(noon()), Some(900));
    }
}
