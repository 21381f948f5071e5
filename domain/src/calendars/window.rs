//! When people may be disturbed: messages that are not urgent wait until the window opens.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::clock::{Due, LOOK_AHEAD_DAYS};
use super::local::{counted, days, is_too_late};
use super::time::{Segment, TimeOfDay};

/// The hours in which messages are delivered, on the clocks of the calendar's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryWindow {
    pub hours: Segment,
    pub days: DeliveryDays,
}

/// On which days messages are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryDays {
    #[default]
    Every,
    /// Days on which the calendar has people work.
    Working,
}

impl DeliveryDays {
    /// All of them, in their order.
    pub const ALL: [Self; 2] = [Self::Every, Self::Working];
}

impl Default for DeliveryWindow {
    /// From 08:00 to 21:00 on every day: nobody is woken, and a lead of Saturday is told on Saturday.
    fn default() -> Self {
        let day = Segment::new(TimeOfDay::hour(8), TimeOfDay::hour(21)).unwrap_or(Segment::ALL_DAY);
        Self { hours: day, days: DeliveryDays::Every }
    }
}

impl DeliveryWindow {
    /// The first instant, not before `at`, at which the window is open.
    pub fn next_open(&self, calendar: &Calendar, at: DateTime<Utc>) -> Due {
        if is_too_late(at) {
            return Due::Never;
        }
        let at = counted(at);
        let last = at + TimeDelta::days(LOOK_AHEAD_DAYS);
        for day in days(calendar.zone, at).take_while(|day| day.start < last) {
            let (opens, closes) = day.stretch(self.hours);
            let is_open = self.days == DeliveryDays::Every || !calendar.segments_on(day.date).is_empty();
            if is_open && opens.max(at) < closes {
                return Due::At(opens.max(at));
            }
        }
        Due::Never
    }
}
