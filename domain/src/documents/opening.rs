//! When a look at a document counts as an opening by a person: the page was seen for a while, said so itself, and nothing speaks for a
//! machine. Looks that follow each other closely are one.

use chrono::{DateTime, TimeDelta, Utc};

/// A page has to be seen for so long, by its own account and by our clock.
pub const SEEN_FOR: TimeDelta = TimeDelta::seconds(3);
/// Looks by the same link within so long after one that counted are the same look.
pub const ONE_WITHIN: TimeDelta = TimeDelta::minutes(30);
/// A page that was handed out longer ago than this says nothing any more.
pub const SPEAKS_FOR: TimeDelta = TimeDelta::hours(12);

/// What a page that was looked at says, and what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// When the page was handed out.
    pub shown_at: DateTime<Utc>,
    /// When it said that it was seen.
    pub seen_at: DateTime<Utc>,
    /// For how long it was in front of somebody, by its own account.
    pub visible: TimeDelta,
    /// Something speaks for a machine.
    pub is_machine: bool,
    /// The last look by the same link that counted.
    pub counted_at: Option<DateTime<Utc>>,
}

/// What a look comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A person has opened the document.
    Counted,
    /// The same person is still at it, or came back soon.
    Repeated,
    TooSoon,
    TooLate,
    Machine,
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Counted, Self::Repeated, Self::TooSoon, Self::TooLate, Self::Machine];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Repeated => "repeated",
            Self::TooSoon => "too_soon",
            Self::TooLate => "too_late",
            Self::Machine => "machine",
        }
    }
}

/// Whether a look counts.
pub fn judge(look: &Look) -> Outcome {
    let passed = look.seen_at - look.shown_at;
    if look.is_machine {
        Outcome::Machine
    } else if look.visible < SEEN_FOR || passed < SEEN_FOR {
        Outcome::TooSoon
    } else if passed > SPEAKS_FOR {
        Outcome::TooLate
    } else if look.counted_at.is_some_and(|at| look.seen_at - at < ONE_WITHIN) {
        Outcome::Repeated
    } else {
        Outcome::Counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_counts_when_a_person_had_it_before_them_for_a_while() {
        let shown_at: DateTime<Utc> = "2026-11-23T02:00:00Z".parse().unwrap();
        let after = |seconds| shown_at + TimeDelta::seconds(seconds);
        let look = |seen_after, visible_ms, counted_before: Option<i64>, is_machine| Look {
            shown_at,
            seen_at: after(seen_after),
            visible: TimeDelta::milliseconds(visible_ms),
            is_machine,
            counted_at: counted_before.map(|minutes| after(seen_after) - TimeDelta::minutes(minutes)),
        };
        for (what, want) in [
            (look(3, 3000, None, false), Outcome::Counted),
            (look(3, 2999, None, false), Outcome::TooSoon),
            (look(2, 60_000, None, false), Outcome::TooSoon),
            (look(-5, 60_000, None, false), Outcome::TooSoon),
            (look(12 * 3600, 4000, None, false), Outcome::Counted),
            (look(12 * 3600 + 1, 4000, None, false), Outcome::TooLate),
            (look(10, 4000, Some(29), false), Outcome::Repeated),
            (look(10, 4000, Some(30), false), Outcome::Counted),
            (look(10, 4000, None, true), Outcome::Machine),
        ] {
            assert_eq!(judge(&what), want, "{what:?}");
        }
    }
}
