//! What people are told about calendars, and what keeps one from being put in force.

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::calendars::texts::{day_name, never_due, uncertain_year};
use domain::calendars::{Calendar, CalendarFaultCode, DAYS_MAX, Day, DayStatus, Place, SEGMENTS_MAX, Week, YearStatus};
use domain::texts::Language;

use crate::{chinese, segments};

type Change = Box<dyn Fn(&mut Calendar)>;

#[test]
fn holidays_are_named_in_both_languages() {
    for (name, english) in [
        ("春节", "Spring Festival"),
        ("国庆节、中秋节", "National Day, Mid-Autumn Festival"),
        ("公司年会", "公司年会"),
        ("国庆节、公司年会", "国庆节、公司年会"),
        ("", ""),
    ] {
        assert_eq!((day_name(name, Language::ZhCn).as_str(), day_name(name, Language::En).as_str()), (name, english));
    }
}

#[test]
fn uncertain_years_are_warned_of() {
    let calendar = chinese("09:00-18:00");
    for (today, want) in [
        ("2026-11-14", vec![]),
        ("2026-11-15", vec![(2027, YearStatus::Estimated)]),
        ("2027-03-01", vec![(2027, YearStatus::Estimated)]),
        ("2030-12-31", vec![(2030, YearStatus::Estimated), (2031, YearStatus::Missing)]),
    ] {
        assert_eq!(calendar.uncertain_years(today.parse().unwrap()), want, "{today}");
    }
    for language in Language::ALL {
        assert_eq!(uncertain_year(2026, YearStatus::Official, language), None);
        for status in [YearStatus::Estimated, YearStatus::Missing] {
            assert!(uncertain_year(2027, status, language).unwrap().contains("2027"));
        }
        assert!(!never_due(language).is_empty());
    }
}

#[test]
fn calendars_that_cannot_be_are_pointed_at() {
    let day = |works, segments| Day { works, segments, name: None, status: DayStatus::Manual, notice_year: None, source: None };
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let monday = date("2026-11-23");
    let cases: Vec<(Place, CalendarFaultCode, Change)> = vec![
        (
            Place::Week { weekday: "friday", segment: 1 },
            CalendarFaultCode::Overlaps,
            Box::new(|c| c.week.friday = segments("09:00-12:00 11:59-18:00")),
        ),
        (
            Place::Week { weekday: "sunday", segment: 2 },
            CalendarFaultCode::Overlaps,
            Box::new(|c| c.week.sunday = segments("09:00-12:00 13:00-18:00 08:00-08:30")),
        ),
        (
            Place::Week { weekday: "monday", segment: SEGMENTS_MAX },
            CalendarFaultCode::TooMany,
            Box::new(|c| c.week.monday = segments("00:00-24:00").repeat(9)),
        ),
        (
            Place::DaySegment { date: monday, segment: 1 },
            CalendarFaultCode::Overlaps,
            Box::new(move |c| drop(c.days.insert(monday, day(true, Some(segments("13:00-14:00 09:00-10:00")))))),
        ),
        (
            Place::Day(monday),
            CalendarFaultCode::NotWorked,
            Box::new(move |c| drop(c.days.insert(monday, day(false, Some(segments("13:00-14:00")))))),
        ),
        (
            Place::Day(monday),
            CalendarFaultCode::SegmentsNeeded,
            Box::new(move |c| drop(c.days.insert(monday, day(true, Some(Vec::new()))))),
        ),
        (Place::Day(date("2026-01-04")), CalendarFaultCode::SegmentsNeeded, Box::new(|c| c.week = Week::default())),
        (
            Place::Day(date("1999-12-31")),
            CalendarFaultCode::OutOfRange,
            Box::new(move |c| drop(c.days.insert(date("1999-12-31"), day(false, None)))),
        ),
        (Place::Year(2100), CalendarFaultCode::OutOfRange, Box::new(|c| c.years.extend([(2100, YearStatus::Official)]))),
        (
            Place::Days,
            CalendarFaultCode::TooMany,
            Box::new(move |c| c.days.extend(date("2050-01-01").iter_days().take(DAYS_MAX).map(|date| (date, day(false, None))))),
        ),
    ];
    for (place, code, change) in cases {
        let mut calendar = chinese("09:00-18:00");
        change(&mut calendar);
        let faults = calendar.validate();
        assert!(faults.iter().any(|fault| (fault.place, fault.code) == (place, code)), "{place:?}: {faults:?}");
    }
    assert_eq!(Calendar::of_week(Tz::UTC, Week::default()).validate(), [], "nobody has to work");
    assert_eq!(chinese("09:00-12:00 12:00-18:00").validate(), [], "segments may touch");
}

#[test]
fn the_next_year_is_warned_of_twice_while_its_notice_is_not_in() {
    let mut calendar = domain::calendars::china::calendar();
    for (today, want) in [
        ("2026-11-14", None),
        ("2026-11-15", Some("2026-11-15")),
        ("2026-12-14", Some("2026-11-15")),
        ("2026-12-15", Some("2026-12-15")),
        ("2026-12-31", Some("2026-12-15")),
        ("2027-01-01", None),
    ] {
        let warning = calendar.year_warning(today.parse().unwrap());
        assert_eq!(warning.map(|warning| warning.on.to_string()).as_deref(), want, "{today}");
        assert!(warning.is_none_or(|warning| (warning.year, warning.status) == (2027, YearStatus::Estimated)), "{warning:?}");
    }
    calendar.years.insert(2027, YearStatus::Official);
    assert_eq!(calendar.year_warning("2026-12-15".parse().unwrap()), None);
    calendar.years.remove(&2027);
    assert_eq!(calendar.year_warning("2026-12-15".parse().unwrap()).map(|warning| warning.status), Some(YearStatus::Missing));
}
