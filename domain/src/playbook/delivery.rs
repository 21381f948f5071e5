//! When interventions are brought to people, as data: the courier goes by it, the engine does not.

use serde::Serialize;

use super::subject::Recipient;

/// The delivery window and the digest. Which time *counts* is a setting of each timer; when people may be *disturbed* is this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// What is not urgent waits until this time of day.
    pub from: TimeOfDay,
    /// And is not delivered after this one.
    pub to: TimeOfDay,
    /// Not on days on which nobody works.
    pub working_days_only: bool,
    pub digest: Digest,
}

/// What is not urgent can be gathered into one message a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    pub at: TimeOfDay,
    /// Who gets one message a day instead of many.
    pub to: Vec<Recipient>,
}

/// A minute of the day in the organisation's zone, written `08:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay {
    pub hour: u8,
    pub minute: u8,
}

impl TimeOfDay {
    /// Reads `HH:MM`, from `00:00` to `24:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let number = |digits: &str| {
            let is_plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u8>().ok().filter(|_| is_plain)
        };
        let time = Self { hour: number(hour)?, minute: number(minute)? };
        ((time.hour < 24 && time.minute < 60) || (time.hour == 24 && time.minute == 0)).then_some(time)
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::TimeOfDay;

    #[test]
    fn times_of_day_are_read_and_written_back() {
        for text in ["00:00", "08:30", "23:59", "24:00"] {
            assert_eq!(TimeOfDay::parse(text).unwrap().to_string(), text);
        }
        for text in ["24:01", "8:30", "08:60", "0830", "08:3", "+8:30", ""] {
            assert_eq!(TimeOfDay::parse(text), None, "{text:?}");
        }
    }
}
