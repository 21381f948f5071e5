//! What keeps a calendar from being put in force.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::calendar::{Calendar, Day};
use super::time::Segment;

/// Most segments of one day.
pub const SEGMENTS_MAX: usize = 8;
/// Most days that are unlike their weekday: twenty years of them.
pub const DAYS_MAX: usize = 2000;
/// The years that a calendar can speak of.
pub const YEARS: RangeInclusive<i32> = 2000..=2099;

/// Something in a calendar that cannot be put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarFault {
    pub place: Place,
    pub code: CalendarFaultCode,
}

/// Where a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The nth segment of a weekday; the first one too many when there are too many.
    Week {
        weekday: &'static str,
        segment: usize,
    },
    Days,
    Day(NaiveDate),
    /// The nth own segment of a day.
    DaySegment {
        date: NaiveDate,
        segment: usize,
    },
    Year(i32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarFaultCode {
    /// A year that no calendar speaks of.
    OutOfRange,
    TooMany,
    /// It begins before the one before it has ended.
    Overlaps,
    /// A day off with segments.
    NotWorked,
    /// A working day whose segments nobody knows: it has none and the week has none.
    SegmentsNeeded,
}

impl Calendar {
    /// Everything that keeps this calendar from being put in force; empty when it can be. A week without any working time is allowed:
    /// by it nothing is ever due.
    pub fn validate(&self) -> Vec<CalendarFault> {
        let mut faults = Vec::new();
        for (weekday, segments) in self.week.days() {
            faults.extend(segment_fault(segments).map(|(segment, code)| CalendarFault { place: Place::Week { weekday, segment }, code }));
        }
        if self.days.len() > DAYS_MAX {
            faults.push(CalendarFault { place: Place::Days, code: CalendarFaultCode::TooMany });
        }
        faults.extend(self.days.iter().filter_map(|(date, day)| self.day_fault(*date, day)));
        let unknown = self.years.keys().filter(|year| !YEARS.contains(year));
        faults.extend(unknown.map(|year| CalendarFault { place: Place::Year(*year), code: CalendarFaultCode::OutOfRange }));
        faults
    }

    fn day_fault(&self, date: NaiveDate, day: &Day) -> Option<CalendarFault> {
        let at_day = |code| Some(CalendarFault { place: Place::Day(date), code });
        if !YEARS.contains(&date.year()) || day.notice_year.is_some_and(|year| !YEARS.contains(&year)) {
            return at_day(CalendarFaultCode::OutOfRange);
        }
        match (&day.segments, day.works) {
            (Some(_), false) => at_day(CalendarFaultCode::NotWorked),
            (Some(own), true) if !own.is_empty() => {
                let (segment, code) = segment_fault(own)?;
                Some(CalendarFault { place: Place::DaySegment { date, segment }, code })
            }
            (_, true) if self.segments_on(date).is_empty() => at_day(CalendarFaultCode::SegmentsNeeded),
            _ => None,
        }
    }
}

/// The first segment that cannot stay where it is.
fn segment_fault(segments: &[Segment]) -> Option<(usize, CalendarFaultCode)> {
    if segments.len() > SEGMENTS_MAX {
        return Some((SEGMENTS_MAX, CalendarFaultCode::TooMany));
    }
    let overlap = segments.iter().zip(segments.iter().skip(1)).position(|(before, after)| after.from() < before.to())?;
    Some((overlap + 1, CalendarFaultCode::Overlaps))
}
