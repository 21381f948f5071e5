//! When messages wait, and until when.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::calendars::china;
use domain::calendars::{Calendar, Clock, DeliveryDays, DeliveryWindow, Due, Week};

use crate::{at, at_in, chinese, minutes, segment, segments};

#[test]
fn messages_wait_for_the_window() {
    let calendar = chinese("09:00-18:00");
    let daily = DeliveryWindow::default();
    let working = DeliveryWindow { hours: segment("09:00-18:00"), days: DeliveryDays::Working };
    for (window, from, want) in [
        (daily, "2026-11-23 03:00", "2026-11-23 08:00"),
        (daily, "2026-11-23 08:00", "2026-11-23 08:00"),
        (daily, "2026-11-23 20:59:59.999999", "2026-11-23 20:59:59.999999"),
        (daily, "2026-11-23 21:00", "2026-11-24 08:00"),
        (daily, "2026-11-21 12:00", "2026-11-21 12:00"),
        (working, "2026-11-21 12:00", "2026-11-23 09:00"),
        (working, "2026-09-30 18:30", "2026-10-08 09:00"),
        (working, "2026-10-10 12:00", "2026-10-10 12:00"),
    ] {
        assert_eq!(window.next_open(&calendar, at(from)), Due::At(at(want)), "{from}");
    }
}

#[test]
fn a_deadline_may_fall_into_the_night_and_its_message_does_not() {
    let calendar = chinese("09:00-18:00");
    let due = Clock::Wall.due(at("2026-11-21 02:30"), minutes(48 * 60)).value.at().unwrap();
    assert_eq!(due, at("2026-11-23 02:30"));
    assert_eq!(DeliveryWindow::default().next_open(&calendar, due), Due::At(at("2026-11-23 08:00")));
}

#[test]
fn windows_follow_changed_clocks() {
    let zone = Tz::America__New_York;
    let calendar = Calendar::of_week(zone, Week::default());
    let night = DeliveryWindow { hours: segment("02:00-03:00"), days: DeliveryDays::Every };
    // On that day nobody's clock shows 02:30.
    assert_eq!(night.next_open(&calendar, at_in(zone, "2026-03-08 00:00")), Due::At(at_in(zone, "2026-03-09 02:00")));
    let day = DeliveryWindow { hours: segment("08:00-21:00"), days: DeliveryDays::Every };
    assert_eq!(day.next_open(&calendar, at_in(zone, "2026-11-01 01:30")), Due::At(at_in(zone, "2026-11-01 08:00")));
}

#[test]
fn nothing_is_looked_for_for_ever() {
    let never = Calendar::of_week(Tz::Asia__Shanghai, Week::default());
    let working = DeliveryWindow { days: DeliveryDays::Working, ..DeliveryWindow::default() };
    let clock = Clock::Working(&never);
    for from in [at("2026-11-23 09:00"), DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert_eq!(working.next_open(&never, from), Due::Never);
        assert_eq!(clock.due(from, minutes(1)).value, Due::Never);
        assert_eq!(clock.due(from, minutes(0)).value, Due::Never);
        assert_eq!(clock.elapsed(from, DateTime::<Utc>::MAX_UTC).value, minutes(0));
    }
    let busy = china::calendar();
    let clock = Clock::Working(&busy);
    assert_eq!(clock.due(at("2026-11-23 09:00"), chrono::TimeDelta::MAX).value, Due::Never);
    assert_eq!(clock.due(DateTime::<Utc>::MAX_UTC, minutes(1)).value, Due::Never);
    assert_eq!(clock.due(DateTime::<Utc>::MIN_UTC, minutes(0)).value, Due::At(at("1970-01-01 09:00")));
    assert_eq!(Clock::Wall.due(DateTime::<Utc>::MAX_UTC, minutes(1)).value, Due::Never);
    assert!(clock.elapsed(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).value > chrono::TimeDelta::days(365));
    // One minute a week is not enough, and finding out ends.
    let slow = Calendar::of_week(Tz::Europe__London, Week { monday: segments("09:00-09:01"), ..Week::default() });
    assert_eq!(Clock::Working(&slow).due(at("2026-11-23 09:00"), minutes(100_000)).value, Due::Never);
}
