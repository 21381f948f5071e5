//! How fast leads are answered: from the first time that somebody was given the lead, or from its entry, to the first effective contact.
//!
//! Handing a lead round starts no clock anew, and what nobody has answered yet counts as open for as long as it has waited: neither makes
//! a slow team look fast.

use chrono::{DateTime, Utc};

use crate::calendars::Clock;
use crate::metrics::{Duration, Survival, percentile};

/// The wait of one lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub from: DateTime<Utc>,
    /// The first effective contact; `None` while there was none.
    pub answered_at: Option<DateTime<Utc>>,
}

/// The figures of many waits, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures {
    pub answered: usize,
    pub open: usize,
    /// By when half of them, or nine of ten, have been answered; `None` while too many are open to tell.
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    /// The mean within the longest wait seen, the open ones counted as open.
    pub mean: Option<f64>,
    /// Of the answered ones alone: how it would look if the open ones were left out.
    pub answered_p50: Option<f64>,
    pub answered_p90: Option<f64>,
    pub answered_mean: Option<f64>,
}

/// How long a wait has lasted by `clock` until `now`, in minutes.
pub fn minutes(wait: Wait, clock: Clock<'_>, now: DateTime<Utc>) -> Duration {
    let (until, is_over) = wait.answered_at.map_or((now, false), |at| (at, true));
    Duration { length: clock.elapsed(wait.from, until).value.as_seconds_f64() / 60.0, is_over }
}

impl Figures {
    /// The figures of lengths in minutes.
    pub fn of(lengths: &[Duration]) -> Self {
        let survival = Survival::of(lengths);
        let mut answered = lengths.iter().filter(|one| one.is_over).map(|one| one.length).collect::<Vec<_>>();
        answered.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 leads")]
        let mean = (!answered.is_empty()).then(|| answered.iter().sum::<f64>() / answered.len() as f64);
        let (over, open) = survival.counts();
        Self {
            answered: over,
            open,
            p50: survival.quantile(0.5),
            p90: survival.quantile(0.9),
            mean: survival.mean(),
            answered_p50: percentile(&answered, 0.5),
            answered_p90: percentile(&answered, 0.9),
            answered_mean: mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_open_is_told_beside_what_was_answered() {
        let (from, now) = (at("2026-11-23T01:00:00Z"), at("2026-11-23T11:00:00Z"));
        let wait = |minutes| Wait { from, answered_at: Some(from + chrono::TimeDelta::minutes(minutes)) };
        let waits = [wait(10), wait(30), Wait { from, answered_at: None }, Wait { from, answered_at: None }];
        let lengths = waits.map(|wait| minutes(wait, Clock::Wall, now));
        let figures = Figures::of(&lengths);
        assert_eq!((figures.answered, figures.open, figures.p50, figures.p90), (2, 2, Some(30.0), None));
        assert_eq!((figures.answered_p50, figures.answered_mean), (Some(20.0), Some(20.0)));
        assert_eq!(figures.mean, Some(10.0 + 20.0 * 0.75 + 570.0 * 0.5));
    }

    #[test]
    fn a_contact_before_the_clock_began_is_at_once() {
        let from = at("2026-11-23T01:00:00Z");
        let early = Wait { from, answered_at: Some(from - chrono::TimeDelta::hours(1)) };
        assert_eq!(minutes(early, Clock::Wall, from), Duration { length: 0.0, is_over: true });
    }
}
