//! Cases worked out by hand from the official days of 2025 and 2026.

use chrono::{Datelike, TimeDelta};
use chrono_tz::Tz;
use domain::calendars::{Calendar, Clock, Day, DayStatus, Due, Standing, Week, YearStatus, china};

use crate::{at, at_in, chinese, minutes, segments};

#[test]
fn business_time_knows_holidays_make_up_days_and_lunch() {
    for (case, hours, from, to, natural, business) in [
        ("National Day", "09:00-18:00", "2026-09-30 17:30", "2026-10-08 09:30", 11040, 60),
        ("make-up Saturday", "09:00-18:00", "2026-10-09 17:00", "2026-10-10 10:00", 1020, 120),
        ("Spring Festival", "09:00-18:00", "2026-02-14 17:30", "2026-02-24 09:30", 13920, 60),
        ("make-up Sunday", "09:00-18:00", "2026-09-20 09:00", "2026-09-20 18:00", 540, 540),
        ("lunch", "09:00-12:00 13:30-18:00", "2026-11-23 11:30", "2026-11-23 14:00", 150, 60),
        ("a lead of Saturday", "09:00-18:00", "2026-11-21 10:00", "2026-11-23 09:20", 2840, 20),
        ("answered in the evening", "09:00-18:00", "2026-11-23 19:00", "2026-11-23 19:40", 40, 0),
        ("a month with a make-up Sunday and Mid-Autumn", "09:00-18:00", "2026-09-01 09:00", "2026-10-01 09:00", 43200, 11880),
        ("no time at all", "09:00-18:00", "2026-11-23 10:00", "2026-11-23 10:00", 0, 0),
        ("upside down", "09:00-18:00", "2026-11-23 11:00", "2026-11-23 10:00", 0, 0),
        ("past midnight", "00:00-02:00 22:00-24:00", "2026-11-23 21:00", "2026-11-24 03:00", 360, 240),
    ] {
        let calendar = chinese(hours);
        assert_eq!(Clock::Wall.elapsed(at(from), at(to)).value, minutes(natural), "{case}");
        let counted = Clock::Working(&calendar).elapsed(at(from), at(to));
        assert_eq!((counted.value, counted.status), (minutes(business), YearStatus::Official), "{case}");
    }
}

#[test]
fn deadlines_fall_where_the_budget_ends() {
    let lunch = "09:00-12:00 13:30-18:00";
    for (case, hours, from, budget, due) in [
        ("over National Day", "09:00-18:00", "2026-09-30 17:00", 240, "2026-10-08 12:00"),
        ("into the next morning", "09:00-18:00", "2026-11-23 17:45", 30, "2026-11-24 09:15"),
        ("over a make-up Saturday", "09:00-18:00", "2026-10-08 09:00", 1440, "2026-10-10 15:00"),
        ("over lunch", lunch, "2026-11-23 11:00", 120, "2026-11-23 14:30"),
        ("an exact end stays on its day", "09:00-18:00", "2026-11-23 17:00", 60, "2026-11-23 18:00"),
        ("an exact end before lunch", lunch, "2026-11-23 11:00", 60, "2026-11-23 12:00"),
        ("a minute more goes past lunch", lunch, "2026-11-23 11:00", 61, "2026-11-23 13:31"),
        ("nothing, outside of hours", "09:00-18:00", "2026-11-21 10:00", 0, "2026-11-23 09:00"),
        ("nothing, within hours", "09:00-18:00", "2026-11-23 10:07", 0, "2026-11-23 10:07"),
        ("less than nothing", "09:00-18:00", "2026-11-23 10:07", -500, "2026-11-23 10:07"),
        ("from the end of a day", "09:00-18:00", "2026-11-23 18:00", 1, "2026-11-24 09:01"),
        ("Friday afternoon plus an hour", "09:00-17:00", "2026-11-20 16:30", 60, "2026-11-23 09:30"),
    ] {
        let calendar = chinese(hours);
        let counted = Clock::Working(&calendar).due(at(from), minutes(budget));
        assert_eq!((counted.value, counted.status), (Due::At(at(due)), YearStatus::Official), "{case}");
    }
    assert_eq!(Clock::default().due(at("2026-09-30 17:00"), TimeDelta::hours(48)).value, Due::At(at("2026-10-02 17:00")));
}

#[test]
fn a_pause_is_what_is_left_of_the_budget_counted_anew() {
    let calendar = chinese("09:00-18:00");
    let clock = Clock::Working(&calendar);
    // Two hours on the last day before the holidays, held until their middle: the other two are due on the first day after them.
    let (from, held, resumed) = (at("2026-09-30 15:00"), at("2026-09-30 17:00"), at("2026-10-04 11:00"));
    let left = minutes(240) - clock.elapsed(from, held).value;
    assert_eq!(clock.due(resumed, left).value, Due::At(at("2026-10-08 11:00")));
    // Held during the holidays only: nothing was counted, nothing is given.
    let (held, resumed) = (at("2026-10-02 10:00"), at("2026-10-05 10:00"));
    let left = minutes(240) - clock.elapsed(from, held).value;
    assert_eq!(clock.due(resumed, left).value, clock.due(from, minutes(240)).value);
}

#[test]
fn instants_are_counted_to_the_last_bit() {
    let calendar = chinese("09:00-18:00");
    let clock = Clock::Working(&calendar);
    let (from, to) = (at("2026-11-23 17:59:59.999999"), at("2026-11-24 09:00:00.000001"));
    assert_eq!(clock.elapsed(from, to).value, TimeDelta::microseconds(2));
    assert_eq!(clock.due(from, TimeDelta::microseconds(2)).value, Due::At(to));
}

#[test]
fn the_weakest_year_is_told() {
    let calendar = chinese("09:00-18:00");
    let clock = Clock::Working(&calendar);
    for (from, to, business, status) in [
        ("2026-12-31 17:00", "2027-01-04 10:00", 120, YearStatus::Estimated),
        ("2026-12-31 17:00", "2027-01-01 00:00", 60, YearStatus::Official),
        ("2026-12-31 17:00", "2027-01-01 00:01", 60, YearStatus::Estimated),
        ("2025-12-31 17:00", "2026-01-01 00:00", 60, YearStatus::Official),
        ("2024-12-31 17:00", "2025-01-02 10:00", 120, YearStatus::Missing),
        ("2031-01-01 09:00", "2031-01-01 09:00", 0, YearStatus::Missing),
    ] {
        let counted = clock.elapsed(at(from), at(to));
        assert_eq!((counted.value, counted.status), (minutes(business), status), "{from} to {to}");
    }
    assert_eq!(clock.due(at("2026-12-31 17:00"), minutes(60)).status, YearStatus::Official);
    assert_eq!(clock.due(at("2026-12-31 17:00"), minutes(61)).status, YearStatus::Estimated);
    assert_eq!(Clock::Wall.due(at("2026-12-31 17:00"), minutes(61)).status, YearStatus::Official);
}

#[test]
fn days_are_what_the_notices_say() {
    let calendar = china::calendar();
    for (date, works, name, standing) in [
        ("2025-01-26", true, Some("春节"), Standing::Official),
        ("2025-06-02", false, Some("端午节"), Standing::Official),
        ("2026-02-14", true, Some("春节"), Standing::Official),
        ("2026-02-15", false, Some("春节"), Standing::Official),
        ("2026-02-23", false, Some("春节"), Standing::Official),
        ("2026-02-28", true, Some("春节"), Standing::Official),
        ("2026-09-25", false, Some("中秋节"), Standing::Official),
        ("2026-10-07", false, Some("国庆节"), Standing::Official),
        ("2026-10-08", true, None, Standing::Official),
        ("2026-10-10", true, Some("国庆节"), Standing::Official),
        ("2026-11-21", false, None, Standing::Official),
        ("2026-12-31", true, None, Standing::Official),
        ("2027-01-01", false, Some("元旦"), Standing::Estimated),
        ("2027-02-08", true, None, Standing::Estimated),
        ("2040-01-02", true, None, Standing::Missing),
    ] {
        let day = calendar.on(date.parse().unwrap());
        assert_eq!((day.works(), day.name, day.standing), (works, name, standing), "{date}");
    }
    let of_year = |year: i32, works| calendar.days.iter().filter(|(date, day)| date.year() == year && day.works == works).count();
    assert_eq!((of_year(2025, false), of_year(2025, true), of_year(2026, false), of_year(2026, true)), (28, 5, 33, 6));
    let weekend = |day: &Day, date: &chrono::NaiveDate| !day.works || date.weekday().number_from_monday() > 5;
    assert!(calendar.days.iter().all(|(date, day)| weekend(day, date)), "only weekends are made up on");
}

#[test]
fn organisations_start_with_what_is_known_where_they_are() {
    for zone in china::ZONES.into_iter().chain([Tz::Asia__Hong_Kong, Tz::America__New_York, Tz::UTC]) {
        let calendar = china::calendar_of(zone);
        assert_eq!(calendar.validate(), [], "{zone}");
        assert_eq!(calendar.days.is_empty(), !china::ZONES.contains(&zone), "{zone}");
        let kept = serde_json::to_string(&calendar).unwrap();
        assert_eq!(serde_json::from_str::<Calendar>(&kept).unwrap(), calendar, "{zone}");
    }
}

#[test]
fn a_day_that_is_worked_although_its_weekday_is_free_is_like_the_first_working_day() {
    let mut calendar = Calendar::of_week(Tz::Asia__Shanghai, Week { tuesday: segments("10:00-12:00"), ..Week::default() });
    let day = |segments| Day { works: true, segments, name: None, status: DayStatus::Manual, notice_year: None, source: None };
    let (saturday, sunday, tuesday) = ["2026-11-21", "2026-11-22", "2026-11-24"].map(|date| date.parse().unwrap()).into();
    calendar.days.extend([(saturday, day(None)), (sunday, day(Some(segments("09:00-09:30")))), (tuesday, day(None))]);
    assert_eq!(calendar.segments_on(saturday), segments("10:00-12:00"));
    assert_eq!(calendar.segments_on(sunday), segments("09:00-09:30"));
    assert_eq!(calendar.segments_on(tuesday), segments("10:00-12:00"));
    assert_eq!(calendar.segments_on("2026-11-23".parse().unwrap()), []);
}

#[test]
fn changed_clocks_change_how_long_a_day_is() {
    let new_york = Tz::America__New_York;
    let calendar = |hours| Calendar::of_week(new_york, Week::of_every_day(&segments(hours)));
    for (case, hours, day, next, want) in [
        ("the hour that is skipped", "00:00-24:00", "2026-03-08 00:00", "2026-03-09 00:00", 23 * 60),
        ("the hour that is repeated", "00:00-24:00", "2026-11-01 00:00", "2026-11-02 00:00", 25 * 60),
        ("nothing but the skipped hour", "02:00-03:00", "2026-03-08 00:00", "2026-03-09 00:00", 0),
        ("around the skipped hour", "01:00-04:00", "2026-03-08 00:00", "2026-03-09 00:00", 120),
        ("around the repeated hour", "00:30-02:30", "2026-11-01 00:00", "2026-11-02 00:00", 180),
        ("daytime", "09:00-18:00", "2026-03-08 00:00", "2026-03-09 00:00", 540),
    ] {
        let calendar = calendar(hours);
        let counted = Clock::Working(&calendar).elapsed(at_in(new_york, day), at_in(new_york, next));
        assert_eq!(counted.value, minutes(want), "{case}");
    }
    let calendar = calendar("09:00-18:00");
    let due = Clock::Working(&calendar).due(at_in(new_york, "2026-03-07 17:00"), minutes(120)).value;
    assert_eq!(due, Due::At(at_in(new_york, "2026-03-08 10:00")));
}
