//! The ladder: how long to wait after an attempt that failed, and when it is enough.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::channel::Channel;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A message to a person is worth less by the hour: after ten hours it is given up, and stays in the inbox.
const TO_PEOPLE: &[i64] = &[10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR];
/// A system that was away over a weekend gets everything all the same: three days, as Standard Webhooks asks at least.
const TO_SYSTEMS: &[i64] = &[5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// Up to this part of a wait is added to it, so that what failed together does not come back together.
const JITTER: f64 = 0.2;

/// How an attempt ended, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Taken,
    /// The same later; not before `after`, where the receiver has said so.
    Again {
        after: Option<Duration>,
    },
    /// This one will never be taken.
    Never,
    /// Nothing is taken on this way until somebody puts it right.
    NotHere,
    /// It was acknowledged or done in the very moment: nothing was sent.
    Unwanted,
}

/// What becomes of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Delivered,
    Stopped,
    Again {
        at: DateTime<Utc>,
    },
    GivenUp,
    /// And its way is closed, until somebody opens it again.
    GivenUpWithWay,
}

/// What follows from the `attempts`-th attempt, counted from 1. `chance` is a number from 0 to 1, new for each attempt.
pub fn next(channel: Channel, attempts: u32, ended: Ended, chance: f64, now: DateTime<Utc>) -> Next {
    let asked = match ended {
        Ended::Taken => return Next::Delivered,
        Ended::Never => return Next::GivenUp,
        Ended::Unwanted => return Next::Stopped,
        Ended::NotHere => return Next::GivenUpWithWay,
        Ended::Again { after } => after.and_then(|after| TimeDelta::from_std(after).ok()).unwrap_or_default(),
    };
    let ladder = if channel.is_for_people() { TO_PEOPLE } else { TO_SYSTEMS };
    let rung = attempts.checked_sub(1).and_then(|rung| ladder.get(usize::try_from(rung).ok()?));
    let Some(seconds) = rung else { return Next::GivenUp };
    let wait = TimeDelta::seconds(*seconds).max(asked);
    Next::Again { at: now + wait + jitter(wait, chance) }
}

fn jitter(wait: TimeDelta, chance: f64) -> TimeDelta {
    let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "milliseconds of days, times at most a fifth")]
    let ms = (wait.num_milliseconds() as f64 * JITTER * chance) as i64;
    TimeDelta::milliseconds(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn again(after: Option<u64>) -> Ended {
        Ended::Again { after: after.map(Duration::from_secs) }
    }

    #[test]
    fn waits_grow_until_it_is_enough() {
        for (channel, attempts, hours) in [(Channel::Email, 8, 10..13), (Channel::Webhook, 10, 72..91)] {
            for chance in [0.0, 1.0] {
                let (mut now, mut nth) = (noon(), 1);
                while let Next::Again { at } = next(channel, nth, again(None), chance, now) {
                    assert!(at > now);
                    (now, nth) = (at, nth + 1);
                }
                assert_eq!(nth, attempts);
                assert!(hours.contains(&(now - noon()).num_hours()), "{channel:?}: {}", now - noon());
            }
        }
    }

    #[test]
    fn whoever_asks_for_patience_gets_it() {
        let Next::Again { at } = next(Channel::Webhook, 1, again(Some(120)), 0.0, noon()) else { panic!() };
        assert_eq!(at - noon(), TimeDelta::seconds(120));
        let Next::Again { at } = next(Channel::Webhook, 4, again(Some(120)), 0.0, noon()) else { panic!() };
        assert_eq!(at - noon(), TimeDelta::hours(2), "and never less than the ladder");
    }

    #[test]
    fn chance_adds_a_fifth_at_most_and_never_takes_away() {
        for chance in [-1.0, 0.0, 0.5, 1.0, 7.0, f64::NAN, f64::INFINITY] {
            let Next::Again { at } = next(Channel::Email, 2, again(None), chance, noon()) else { panic!() };
            assert!((60..=72).contains(&(at - noon()).num_seconds()), "{chance}");
        }
    }

    #[test]
    fn an_end_is_an_end() {
        assert_eq!(next(Channel::Email, 1, Ended::Taken, 0.0, noon()), Next::Delivered);
        assert_eq!(next(Channel::Email, 1, Ended::Never, 0.0, noon()), Next::GivenUp);
        assert_eq!(next(Channel::Webhook, 1, Ended::NotHere, 0.0, noon()), Next::GivenUpWithWay);
        assert_eq!(next(Channel::Webhook, 0, again(None), 0.0, noon()), Next::GivenUp);
    }
}
