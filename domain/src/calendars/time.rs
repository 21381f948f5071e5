//! Times of day on a wall, and segments between two of them.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time of day to the minute, as a clock on the wall shows it. `24:00` ends the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

/// A text that is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is written HH:MM, from 00:00 to 24:00")]
pub struct NoTimeOfDay;

impl TimeOfDay {
    pub const MIDNIGHT: Self = Self(0);
    /// Where the day ends and the next one begins.
    pub const END: Self = Self(24 * 60);

    /// The time that clocks show as `hour:minute`; `None` for what they never show, except 24:00.
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) { Some(Self(hour * 60 + minute)) } else { None }
    }

    /// The full hour; hours beyond the day's end are its end.
    pub const fn hour(hour: u16) -> Self {
        if hour < 24 { Self(hour * 60) } else { Self::END }
    }

    /// Minutes since midnight on the wall.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = NoTimeOfDay;

    fn from_str(text: &str) -> Result<Self, NoTimeOfDay> {
        let two_digits =
            |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok()).flatten();
        let (hour, minute) = text.split_once(':').ok_or(NoTimeOfDay)?;
        two_digits(hour).zip(two_digits(minute)).and_then(|(hour, minute)| Self::new(hour, minute)).ok_or(NoTimeOfDay)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// From one time of day until right before another, later one. What goes past midnight is written as two: until 24:00, and from 00:00
/// on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Sent")]
pub struct Segment {
    from: TimeOfDay,
    to: TimeOfDay,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl TryFrom<Sent> for Segment {
    type Error = &'static str;

    fn try_from(sent: Sent) -> Result<Self, Self::Error> {
        Self::new(sent.from, sent.to).ok_or("a segment ends after it begins")
    }
}

impl Segment {
    pub const ALL_DAY: Self = Self { from: TimeOfDay::MIDNIGHT, to: TimeOfDay::END };

    /// `None` unless it ends after it begins.
    pub fn new(from: TimeOfDay, to: TimeOfDay) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    pub const fn from(self) -> TimeOfDay {
        self.from
    }

    pub const fn to(self) -> TimeOfDay {
        self.to
    }

    /// How long it is on the wall, minutes.
    pub const fn minutes(self) -> u16 {
        self.to.0.saturating_sub(self.from.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_one_way_only() {
        for (text, minutes) in [("00:00", 0), ("09:05", 545), ("23:59", 1439), ("24:00", 1440)] {
            let time: TimeOfDay = text.parse().unwrap();
            assert_eq!((time.minutes(), time.to_string().as_str()), (minutes, text));
        }
        for text in ["", "9:00", "09:0", "09:60", "24:01", "25:00", "-1:00", "+9:00", "09:00:00", "０９:００", "09.00", " 09:00", "09:00 "]
        {
            assert_eq!(text.parse::<TimeOfDay>(), Err(NoTimeOfDay), "{text:?}");
        }
    }

    #[test]
    fn segments_end_after_they_begin() {
        let read = |json: &str| serde_json::from_str::<Segment>(json);
        assert_eq!(read(r#"{"from":"09:00","to":"18:00"}"#).unwrap().minutes(), 540);
        assert_eq!(read(r#"{"from":"00:00","to":"24:00"}"#).unwrap(), Segment::ALL_DAY);
        for json in [
            r#"{"from":"18:00","to":"09:00"}"#,
            r#"{"from":"09:00","to":"09:00"}"#,
            r#"{"from":"24:00","to":"24:00"}"#,
            r#"{"from":"09:00"}"#,
            r#"{"from":"09:00","to":"18:00","x":1}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
