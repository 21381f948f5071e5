//! By which time a timer goes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::calendars::{Calendar, Clock};

/// Time that counts: all of it, or an organisation's working time. Implementations integrate over intervals; they never add hours to a
/// timestamp across a night.
pub trait TimeThatCounts {
    /// The first instant by which `budget` has been counted since `from`; `None` when that never comes.
    fn due(&self, from: DateTime<Utc>, budget: TimeDelta) -> Option<DateTime<Utc>>;

    /// How much has been counted from `from` until `to`; none when `to` is not later.
    fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta;
}

/// Day and night, weekends and holidays.
#[derive(Debug, Clone, Copy, Default)]
pub struct WallTime;

impl TimeThatCounts for WallTime {
    fn due(&self, from: DateTime<Utc>, budget: TimeDelta) -> Option<DateTime<Utc>> {
        from.checked_add_signed(budget)
    }

    fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        (to - from).max(TimeDelta::zero())
    }
}

/// The working time of a calendar.
impl TimeThatCounts for Calendar {
    fn due(&self, from: DateTime<Utc>, budget: TimeDelta) -> Option<DateTime<Utc>> {
        Clock::Working(self).due(from, budget).value.at()
    }

    fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        Clock::Working(self).elapsed(from, to).value
    }
}

/// Which of the two clocks a timer goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    #[default]
    Wall,
    Working,
}

impl ClockKind {
    pub const ALL: [Self; 2] = [Self::Wall, Self::Working];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Working => "working",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|clock| clock.as_str() == text)
    }
}

/// The organisation's clocks.
#[derive(Clone, Copy)]
pub struct Clocks<'a> {
    pub working: &'a dyn TimeThatCounts,
}

impl std::fmt::Debug for Clocks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clocks")
    }
}

impl Clocks<'_> {
    /// When `budget` is used up. A calendar in which nobody works any more must not silence a timer: the wall clock decides then.
    pub fn due(&self, clock: ClockKind, from: DateTime<Utc>, budget: TimeDelta) -> DateTime<Utc> {
        let by_calendar = match clock {
            ClockKind::Wall => None,
            ClockKind::Working => self.working.due(from, budget),
        };
        by_calendar.or_else(|| WallTime.due(from, budget)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// How much of a timer's time has been counted.
    pub fn elapsed(&self, clock: ClockKind, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        match clock {
            ClockKind::Wall => WallTime.elapsed(from, to),
            ClockKind::Working => self.working.elapsed(from, to),
        }
    }
}
