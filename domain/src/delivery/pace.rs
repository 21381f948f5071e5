//! A pace: so many at once, and then one at a time. What is remembered of it is a single instant, when it will be rested again.

use chrono::{DateTime, TimeDelta, Utc};

/// At most `burst` at once, and one more each `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub burst: u32,
    pub every: TimeDelta,
}

impl Pace {
    /// Takes one at `now`, when the whole burst would be there again at `rested_at`: the new instant of rest.
    ///
    /// # Errors
    /// The first instant at which one may be taken.
    pub fn take(self, rested_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, DateTime<Utc>> {
        let rested_at = rested_at.max(now) + self.every;
        let free_at = rested_at - self.every * i32::try_from(self.burst).unwrap_or(i32::MAX);
        if free_at <= now { Ok(rested_at) } else { Err(free_at) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    const PACE: Pace = Pace { burst: 3, every: TimeDelta::seconds(4) };

    #[test]
    fn a_burst_is_free_and_then_one_at_a_time() {
        let mut rested_at = noon() - TimeDelta::hours(1);
        for _ in 0..3 {
            rested_at = PACE.take(rested_at, noon()).unwrap();
        }
        assert_eq!(PACE.take(rested_at, noon()), Err(noon() + TimeDelta::seconds(4)));
        assert!(PACE.take(rested_at, noon() + TimeDelta::seconds(3)).is_err());
        rested_at = PACE.take(rested_at, noon() + TimeDelta::seconds(4)).unwrap();
        assert_eq!(PACE.take(rested_at, noon() + TimeDelta::seconds(4)), Err(noon() + TimeDelta::seconds(8)));
    }

    proptest! {
        #[test]
        fn no_span_holds_more_than_burst_and_pace_allow(gaps in proptest::collection::vec(0_i64..9_000, 1..200), span_ms in 1_i64..60_000) {
            let (mut now, mut rested_at, mut taken) = (noon(), noon(), Vec::new());
            for gap in gaps {
                now += TimeDelta::milliseconds(gap);
                match PACE.take(rested_at, now) {
                    Ok(next) => {
                        rested_at = next;
                        taken.push(now);
                    }
                    Err(free_at) => prop_assert!(free_at > now && free_at - now <= PACE.every),
                }
            }
            for (nth, from) in taken.iter().enumerate() {
                let within = taken[nth..].iter().filter(|at| **at - *from < TimeDelta::milliseconds(span_ms)).count();
                let most = i64::from(PACE.burst) + span_ms / PACE.every.num_milliseconds() + 1;
                prop_assert!(i64::try_from(within).unwrap() <= most);
            }
        }
    }
}
