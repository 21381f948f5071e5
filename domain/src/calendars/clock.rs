//! The clocks that timers and measures go by: the one on the wall, and the one that stands still while nobody works.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::calendar::{Calendar, YearStatus};
use super::local::{counted, days, is_too_late};

/// How far ahead working time is looked for, days: forty years are longer than any deadline, and a calendar in which nobody works any
/// more is found out.
pub const LOOK_AHEAD_DAYS: i64 = 40 * 366;

/// What time is measured by. The breaker goes by the wall unless it is told otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub enum Clock<'a> {
    /// Day and night, weekends and holidays.
    #[default]
    Wall,
    /// The working time of a calendar.
    Working(&'a Calendar),
}

/// An answer, and the weakest standing of the years that it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted<T> {
    pub value: T,
    /// Always `official` by the wall clock, which no notice changes.
    pub status: YearStatus,
}

/// When something is due, or opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    At(DateTime<Utc>),
    /// Not within [`LOOK_AHEAD_DAYS`].
    Never,
}

impl Due {
    /// The instant, if it ever comes.
    pub const fn at(self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(at) => Some(at),
            Self::Never => None,
        }
    }
}

impl Clock<'_> {
    /// How much time this clock counts from `from` until right before `to`; none when `to` is not after `from`.
    pub fn elapsed(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Counted<TimeDelta> {
        match self {
            Self::Wall => Counted { value: (to - from).max(TimeDelta::zero()), status: YearStatus::Official },
            Self::Working(calendar) => elapsed(calendar, counted(from), counted(to)),
        }
    }

    /// The first instant, not before `from`, by which this clock has counted `budget` and time counts: exactly at the end of a segment
    /// when the budget ends with it, and with no budget at all the next instant of working time. Budgets below zero are none.
    pub fn due(self, from: DateTime<Utc>, budget: TimeDelta) -> Counted<Due> {
        let budget = budget.max(TimeDelta::zero());
        match self {
            Self::Wall => {
                let at = from.checked_add_signed(budget);
                Counted { value: at.map_or(Due::Never, Due::At), status: YearStatus::Official }
            }
            Self::Working(_) if is_too_late(from) => Counted { value: Due::Never, status: YearStatus::Missing },
            Self::Working(calendar) => due(calendar, counted(from), budget),
        }
    }
}

fn elapsed(calendar: &Calendar, from: DateTime<Utc>, to: DateTime<Utc>) -> Counted<TimeDelta> {
    let (mut value, mut status) = (TimeDelta::zero(), YearStatus::Official);
    // The day of `from` is looked at even when no time passes: its standing is part of the answer.
    for (n, day) in days(calendar.zone, from).enumerate() {
        if n > 0 && day.start >= to {
            break;
        }
        status = status.max(calendar.year(day.date.year()));
        for segment in calendar.segments_on(day.date) {
            let (start, end) = day.stretch(*segment);
            value += (end.min(to) - start.max(from)).max(TimeDelta::zero());
        }
    }
    Counted { value, status }
}

fn due(calendar: &Calendar, from: DateTime<Utc>, budget: TimeDelta) -> Counted<Due> {
    let (mut left, mut status) = (budget, YearStatus::Official);
    let last = from + TimeDelta::days(LOOK_AHEAD_DAYS);
    for day in days(calendar.zone, from).take_while(|day| day.start < last) {
        status = status.max(calendar.year(day.date.year()));
        for segment in calendar.segments_on(day.date) {
            let (start, end) = day.stretch(*segment);
            let start = start.max(from);
            let room = end - start;
            if room <= TimeDelta::zero() {
                continue;
            }
            if left <= room {
                return Counted { value: Due::At(start + left), status };
            }
            left -= room;
        }
    }
    Counted { value: Due::Never, status }
}
