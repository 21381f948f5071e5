//! How often somebody may ask: steadily so many times a second, and a whole burst after a while of silence.
//!
//! A bucket is kept as the instant at which it will be full again, so that one that is full needs no keeping at all.

use chrono::{DateTime, TimeDelta, Utc};

/// A rate and a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// What one request takes to be earned again.
    step: TimeDelta,
    /// What a whole burst takes to be earned again.
    whole: TimeDelta,
}

impl Allowance {
    /// `per_s` requests a second, `burst` at once; `None` where either is 0, which stands for no limit.
    pub fn new(per_s: u32, burst: u32) -> Option<Self> {
        if per_s == 0 || burst == 0 {
            return None;
        }
        let step = TimeDelta::nanoseconds(1_000_000_000 / i64::from(per_s));
        Some(Self { step, whole: step * i32::try_from(burst).unwrap_or(i32::MAX) })
    }

    /// Takes one request at `now` from a bucket that will be full again at `full_at` (`None`: it is full).
    ///
    /// # Errors
    /// How long to wait, when there is nothing left.
    pub fn take(self, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, TimeDelta> {
        // No bucket owes more than a burst: if one seems to by far, the clock was set back, and what was kept says nothing any more.
        let is_sound = |full_at: &DateTime<Utc>| *full_at <= now + self.whole * 2;
        let base = full_at.filter(is_sound).map_or(now, |full_at| full_at.max(now));
        let after = base + self.step;
        let over = after - now - self.whole;
        if over > TimeDelta::zero() { Err(over) } else { Ok(after) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_764_000_000_000 + ms).unwrap()
    }

    /// Asks at each of these milliseconds; answers how many were let through, and the last wait.
    fn ask(allowance: Allowance, moments: impl IntoIterator<Item = i64>) -> (usize, Option<TimeDelta>) {
        let (mut full_at, mut through, mut wait) = (None, 0, None);
        for moment in moments {
            match allowance.take(full_at, at(moment)) {
                Ok(after) => (full_at, through) = (Some(after), through + 1),
                Err(left) => wait = Some(left),
            }
        }
        (through, wait)
    }

    #[test]
    fn a_burst_goes_through_then_as_many_as_are_earned() {
        let allowance = Allowance::new(2, 5).unwrap();
        assert_eq!(ask(allowance, [0; 7]), (5, Some(TimeDelta::milliseconds(500))));
        assert_eq!(ask(allowance, [0, 0, 0, 0, 0, 499, 500, 501]), (6, Some(TimeDelta::milliseconds(499))));
        assert_eq!(ask(allowance, [0, 0, 0, 0, 0, 2500, 2500, 2500, 2500, 2500, 2500]).0, 10, "all is earned again");
        assert_eq!(Allowance::new(0, 5), None);
        assert_eq!(Allowance::new(5, 0), None);
    }

    #[test]
    fn a_clock_that_jumps_does_no_harm() {
        let allowance = Allowance::new(2, 5).unwrap();
        let day = 86_400_000;
        assert_eq!(ask(allowance, [day, day, day, day, day, day, 0, 0, 0, 0, 0, 0]).0, 10, "set back far: full");
        let back = [5000, 5000, 5000, 5000, 5000, 4000, 4000, 5499, 5500];
        assert_eq!(ask(allowance, back), (6, Some(TimeDelta::milliseconds(1))), "set back a little: a little longer");
        assert_eq!(ask(allowance, [0, 0, 0, 0, 0, day]).0, 6, "set forward: full");
    }

    proptest! {
        #[test]
        fn no_span_lets_more_through_than_burst_and_rate(per_s in 1_u32..50, burst in 1_u32..50, gaps in prop::collection::vec(0_i64..200, 1..200)) {
            let moments: Vec<i64> = gaps.iter().scan(0, |sum, gap| { *sum += gap; Some(*sum) }).collect();
            let span_ms = moments.last().copied().unwrap_or_default();
            let (through, _) = ask(Allowance::new(per_s, burst).unwrap(), moments);
            // A step is rounded down to whole nanoseconds: less than one request in a second of a thousand years.
            let most = i64::from(burst) + span_ms * i64::from(per_s) / 1000 + 1;
            prop_assert!(i64::try_from(through).unwrap() <= most);
        }
    }
}
