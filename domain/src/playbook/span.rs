//! Lengths of time as a playbook writes them: `48h`, `30m`, `3d`, `1h30m`.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A whole number of minutes, more than none and at most [`Span::MAX_DAYS`] days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    minutes: u32,
    /// It was written with days, which only the wall clock has.
    in_days: bool,
}

/// Why a text is no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanFault {
    Malformed,
    /// Nothing at all, or more than a year.
    OutOfRange,
}

const DAY: u32 = 24 * 60;

impl Span {
    /// Longer than this is a mistake in writing.
    pub const MAX_DAYS: u32 = 366;

    pub const MINUTE: Self = Self { minutes: 1, in_days: false };

    /// Reads days, hours and minutes, each at most once and in this order.
    ///
    /// # Errors
    /// `Malformed` for anything else; `OutOfRange` for nothing and for more than [`Span::MAX_DAYS`] days.
    pub fn parse(text: &str) -> Result<Self, SpanFault> {
        let (mut rest, mut minutes, mut in_days) = (text, 0_u32, false);
        for (unit, length) in [('d', DAY), ('h', 60), ('m', 1)] {
            let Some((number, after)) = rest.split_once(unit) else { continue };
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(SpanFault::Malformed);
            }
            let number = number.parse::<u32>().map_err(|_| SpanFault::OutOfRange)?;
            minutes = number.checked_mul(length).and_then(|part| minutes.checked_add(part)).ok_or(SpanFault::OutOfRange)?;
            in_days |= unit == 'd';
            rest = after;
        }
        match (text.is_empty(), rest.is_empty()) {
            (false, true) if (1..=Self::MAX_DAYS * DAY).contains(&minutes) => Ok(Self { minutes, in_days }),
            (false, true) => Err(SpanFault::OutOfRange),
            _ => Err(SpanFault::Malformed),
        }
    }

    pub fn delta(self) -> TimeDelta {
        TimeDelta::minutes(self.minutes.into())
    }

    /// Whether it counts days, which are no length of working time.
    pub const fn is_in_days(self) -> bool {
        self.in_days
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, left) = if self.in_days { (self.minutes / DAY, self.minutes % DAY) } else { (0, self.minutes) };
        for (number, unit) in [(days, 'd'), (left / 60, 'h'), (left % 60, 'm')] {
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl TryFrom<String> for Span {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "not a span")
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, SpanFault};

    #[test]
    fn spans_are_read_and_written_back() {
        for (text, minutes) in [("48h", 2880), ("2h", 120), ("30m", 30), ("3d", 4320), ("1d12h", 2160), ("1h30m", 90), ("366d", 527_040)] {
            let span = Span::parse(text).unwrap();
            assert_eq!(span.delta().num_minutes(), minutes, "{text}");
            assert_eq!(span.to_string(), text);
        }
        assert_eq!(Span::parse("90m").unwrap().to_string(), "1h30m");
        assert!(Span::parse("2d").unwrap().is_in_days() && !Span::parse("48h").unwrap().is_in_days());
    }

    #[test]
    fn nothing_and_nonsense_are_no_spans() {
        for text in ["", "48", "h", "48 h", "-2h", "2h1d", "1h1h", "1.5h", "2H", "48h ", "４８h", "2s"] {
            assert_eq!(Span::parse(text), Err(SpanFault::Malformed), "{text:?}");
        }
        for text in ["0h", "0d0m", "367d", "99999999999h", "4294967295d"] {
            assert_eq!(Span::parse(text), Err(SpanFault::OutOfRange), "{text:?}");
        }
    }
}
