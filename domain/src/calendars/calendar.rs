//! The calendar itself: what a week looks like, which days are unlike it, and how far that can be trusted.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::time::Segment;

/// The working time of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The zone whose clocks the segments are read from.
    pub zone: Tz,
    pub week: Week,
    /// Days that are unlike their weekday: holidays, and weekends on which people work.
    #[serde(default)]
    pub days: BTreeMap<NaiveDate, Day>,
    /// The standing of years of which something is known; of any other nothing is.
    #[serde(default)]
    pub years: BTreeMap<i32, YearStatus>,
}

/// Working segments by weekday, each in the order of the day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Week {
    pub monday: Vec<Segment>,
    pub tuesday: Vec<Segment>,
    pub wednesday: Vec<Segment>,
    pub thursday: Vec<Segment>,
    pub friday: Vec<Segment>,
    pub saturday: Vec<Segment>,
    pub sunday: Vec<Segment>,
}

/// A day that is unlike its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Day {
    pub works: bool,
    /// Its own segments; `None` on a working day means the usual ones, see [`Calendar::segments_on`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<Segment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub status: DayStatus,
    /// The year whose notice says so: the notice of a year may speak of the last days of the year before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_year: Option<i32>,
    /// Where it comes from, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Who says that a day is unlike its weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    /// An official notice.
    Official,
    /// Somebody's guess, until there is a notice.
    Estimated,
    /// People of the organisation: no notice overrules them.
    Manual,
}

/// How far the days of a year can be trusted; the later, the weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearStatus {
    /// Its official notice is in.
    #[default]
    Official,
    /// Some of its days are assumed.
    Estimated,
    /// Nothing but the week is known.
    Missing,
}

impl DayStatus {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Official, Self::Estimated, Self::Manual];
}

impl YearStatus {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Official, Self::Estimated, Self::Missing];

    /// The name in JSON and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Estimated => "estimated",
            Self::Missing => "missing",
        }
    }
}

/// How far one day can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Official,
    Estimated,
    Missing,
    Manual,
}

impl Standing {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Official, Self::Estimated, Self::Missing, Self::Manual];
}

impl From<DayStatus> for Standing {
    fn from(status: DayStatus) -> Self {
        match status {
            DayStatus::Official => Self::Official,
            DayStatus::Estimated => Self::Estimated,
            DayStatus::Manual => Self::Manual,
        }
    }
}

impl From<YearStatus> for Standing {
    fn from(status: YearStatus) -> Self {
        match status {
            YearStatus::Official => Self::Official,
            YearStatus::Estimated => Self::Estimated,
            YearStatus::Missing => Self::Missing,
        }
    }
}

/// One day, as the calendar has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOn<'a> {
    pub date: NaiveDate,
    /// Empty on a day off.
    pub segments: &'a [Segment],
    pub name: Option<&'a str>,
    pub standing: Standing,
}

impl DayOn<'_> {
    pub fn works(&self) -> bool {
        !self.segments.is_empty()
    }
}

impl Week {
    /// Monday to Friday with the same segments, and a free weekend.
    pub fn of_workdays(segments: &[Segment]) -> Self {
        let day = || segments.to_vec();
        Self { monday: day(), tuesday: day(), wednesday: day(), thursday: day(), friday: day(), ..Self::default() }
    }

    /// Seven days with the same segments.
    pub fn of_every_day(segments: &[Segment]) -> Self {
        Self { saturday: segments.to_vec(), sunday: segments.to_vec(), ..Self::of_workdays(segments) }
    }

    /// The segments of a weekday.
    pub fn of(&self, weekday: Weekday) -> &[Segment] {
        match weekday {
            Weekday::Mon => &self.monday,
            Weekday::Tue => &self.tuesday,
            Weekday::Wed => &self.wednesday,
            Weekday::Thu => &self.thursday,
            Weekday::Fri => &self.friday,
            Weekday::Sat => &self.saturday,
            Weekday::Sun => &self.sunday,
        }
    }

    /// Every weekday with its name and segments, from Monday on.
    pub fn days(&self) -> [(&'static str, &[Segment]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }

    /// The first day of the week on which people work: the pattern of days that replace one.
    fn pattern(&self) -> &[Segment] {
        self.days().into_iter().map(|(_, segments)| segments).find(|segments| !segments.is_empty()).unwrap_or_default()
    }
}

/// A year of which people are told that its notice is not in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearWarning {
    /// The day of the warning.
    pub on: NaiveDate,
    pub year: i32,
    pub status: YearStatus,
}

impl Calendar {
    /// A week and nothing else: every year is missing.
    pub fn of_week(zone: Tz, week: Week) -> Self {
        Self { zone, week, days: BTreeMap::new(), years: BTreeMap::new() }
    }

    /// The standing of a year.
    pub fn year(&self, year: i32) -> YearStatus {
        self.years.get(&year).copied().unwrap_or(YearStatus::Missing)
    }

    /// The segments in which people work on a day: its own; on a day that is worked although its weekday is free those of the week's
    /// first working day; otherwise the weekday's.
    pub fn segments_on(&self, date: NaiveDate) -> &[Segment] {
        let usual = self.week.of(date.weekday());
        match self.days.get(&date) {
            Some(day) if !day.works => &[],
            Some(Day { segments: Some(own), .. }) => own,
            Some(_) if usual.is_empty() => self.week.pattern(),
            _ => usual,
        }
    }

    /// A day with everything that is known of it.
    pub fn on(&self, date: NaiveDate) -> DayOn<'_> {
        let stated = self.days.get(&date);
        DayOn {
            date,
            segments: self.segments_on(date),
            name: stated.and_then(|day| day.name.as_deref()),
            standing: stated.map_or_else(|| self.year(date.year()).into(), |day| day.status.into()),
        }
    }

    /// Years around `today` that people should know to be uncertain: the present one, and from 15 November on, when the next year's
    /// notice is usually out, the next.
    pub fn uncertain_years(&self, today: NaiveDate) -> Vec<(i32, YearStatus)> {
        let this = today.year();
        let last = if (today.month(), today.day()) >= (11, 15) { this + 1 } else { this };
        (this..=last).map(|year| (year, self.year(year))).filter(|(_, status)| *status != YearStatus::Official).collect()
    }

    /// What people are to be told by `today` about the next year: on 15 November and again on 15 December, while its notice is not in. The
    /// day is that of the last such warning: a machine that was away on it tells later.
    pub fn year_warning(&self, today: NaiveDate) -> Option<YearWarning> {
        let days = [(11, 15), (12, 15)].into_iter().filter_map(|(month, day)| NaiveDate::from_ymd_opt(today.year(), month, day));
        let on = days.filter(|day| *day <= today).max()?;
        let (year, status) = (today.year() + 1, self.year(today.year() + 1));
        (status != YearStatus::Official).then_some(YearWarning { on, year, status })
    }
}
