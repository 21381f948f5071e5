//! Time that counts: known cases, laws that hold for every calendar, notices, and what people are told.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::indexing_slicing, reason = "a test may panic")]

mod laws;
mod notices;
mod shared;
mod tables;
mod texts;
mod windows;

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use domain::calendars::{Calendar, Segment, Week, china};

/// `09:00-18:00`.
fn segment(text: &str) -> Segment {
    let (from, to) = text.split_once('-').unwrap();
    Segment::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
}

/// `09:00-12:00 13:30-18:00`.
fn segments(text: &str) -> Vec<Segment> {
    text.split_whitespace().map(segment).collect()
}

/// The calendar of a Chinese organisation with these hours from Monday to Friday.
fn chinese(hours: &str) -> Calendar {
    Calendar { week: Week::of_workdays(&segments(hours)), ..china::calendar() }
}

/// An instant by the clocks of a zone: `2026-11-23 09:00`, with seconds if need be.
fn at_in(zone: Tz, text: &str) -> DateTime<Utc> {
    let text = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    let wall = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
    zone.from_local_datetime(&wall).earliest().unwrap().to_utc()
}

/// An instant by the clocks of Shanghai.
fn at(text: &str) -> DateTime<Utc> {
    at_in(Tz::Asia__Shanghai, text)
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}
