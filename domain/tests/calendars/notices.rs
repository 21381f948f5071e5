//! Notices put into a calendar: what they add, change and take away, and what they leave alone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendars::{
    Calendar, ChangeKind, Day, DayStatus, KeptBecause, Merged, Notice, NoticeDay, NoticeFault, Standing, YearStatus, china,
};

use crate::segments;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Days as `2027-01-01 off 元旦`.
fn notice(year: i32, status: DayStatus, days: &[&str]) -> Notice {
    let read = |line: &&str| {
        let mut words = line.split(' ');
        let day = date(words.next().unwrap());
        (day, NoticeDay { works: words.next() == Some("work"), name: words.next().map(str::to_owned) })
    };
    Notice { year, status, days: days.iter().map(read).collect(), source: None }
}

fn changes(merged: &Merged) -> Vec<(String, ChangeKind)> {
    merged.changes.iter().map(|change| (change.date.to_string(), change.kind)).collect()
}

fn told<const N: usize>(changes: [(&str, ChangeKind); N]) -> Vec<(String, ChangeKind)> {
    changes.map(|(date, kind)| (date.to_owned(), kind)).to_vec()
}

#[test]
fn a_notice_takes_the_place_of_what_was_assumed() {
    use ChangeKind::{Added, Changed, Removed};
    let calendar = china::calendar();
    let notice = notice(
        2027,
        DayStatus::Official,
        &[
            "2026-12-27 work 元旦",
            "2027-01-01 off 元旦",
            "2027-01-02 off 元旦",
            "2027-05-01 off 劳动节",
            "2028-01-31 off 春节",
            "2028-02-01 off 春节",
        ],
    );
    let merged = calendar.merge(&notice).unwrap();
    let want = told([
        ("2026-12-27", Added),
        ("2027-01-01", Changed),
        ("2027-01-02", Added),
        ("2027-05-01", Changed),
        ("2027-05-02", Removed),
        ("2027-10-01", Removed),
        ("2027-10-02", Removed),
        ("2027-10-03", Removed),
        ("2028-01-31", Added),
    ]);
    assert_eq!(changes(&merged), want);
    assert_eq!((merged.unchanged, merged.ignored.as_slice()), (0, &[date("2028-02-01")][..]));
    let after = &merged.calendar;
    assert_eq!((after.year(2027), after.year(2028)), (YearStatus::Official, YearStatus::Estimated));
    assert!(after.on(date("2026-12-27")).works() && after.validate().is_empty());
    let again = after.merge(&notice).unwrap();
    assert_eq!((changes(&again), again.unchanged, &again.calendar), (vec![], 5, after), "a second time nothing changes");
}

#[test]
fn an_earlier_notice_read_again_leaves_the_later_ones_days_alone() {
    let calendar = china::calendar();
    let later = notice(2027, DayStatus::Official, &["2026-12-27 work 元旦", "2026-12-31 off 元旦", "2027-01-01 off 元旦"]);
    let calendar = calendar.merge(&later).unwrap().calendar;
    let mut of_2026 = notice(2026, DayStatus::Official, &["2026-12-31 work"]);
    let stated = calendar.days.iter().filter(|(_, day)| day.notice_year == Some(2026));
    of_2026.days.extend(stated.map(|(date, day)| (*date, NoticeDay { works: day.works, name: day.name.clone() })));
    let merged = calendar.merge(&of_2026).unwrap();
    assert_eq!(changes(&merged), told([("2026-12-31", ChangeKind::Kept(KeptBecause::LaterNotice))]));
    assert_eq!(merged.calendar.days, calendar.days);
}

#[test]
fn what_people_said_stays() {
    let mut calendar = china::calendar();
    let day =
        |works| Day {
            works, segments: None, name: Some("公司日".to_owned()), status: DayStatus::Manual, notice_year: None, source: None
        };
    calendar.days.extend([(date("2027-02-06"), day(false)), (date("2027-02-07"), day(false)), (date("2027-03-01"), day(false))]);
    let said = notice(2027, DayStatus::Official, &["2027-02-06 work 春节", "2027-02-07 off 春节"]);
    let merged = calendar.merge(&said).unwrap();
    let kept = merged.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Kept(_))).collect::<Vec<_>>();
    assert_eq!((kept.len(), kept[0].date, kept[0].kind), (1, date("2027-02-06"), ChangeKind::Kept(KeptBecause::Manual)));
    assert_eq!(merged.unchanged, 1, "both have it off");
    for (day, works) in [("2027-02-06", false), ("2027-02-07", false), ("2027-03-01", false)] {
        let day = merged.calendar.on(date(day));
        assert_eq!((day.works(), day.standing, day.name), (works, Standing::Manual, Some("公司日")));
    }
}

#[test]
fn days_that_people_set_only_add() {
    let calendar = china::calendar();
    let own = notice(2026, DayStatus::Manual, &["2026-12-31 off 盘点", "2026-10-10 off 团建"]);
    let merged = calendar.merge(&own).unwrap();
    assert_eq!(changes(&merged), told([("2026-10-10", ChangeKind::Changed), ("2026-12-31", ChangeKind::Added)]));
    assert_eq!(merged.calendar.days.len(), calendar.days.len() + 1);
    assert_eq!((merged.calendar.years.clone(), merged.calendar.year(2026)), (calendar.years, YearStatus::Official));
}

#[test]
fn a_notice_that_says_nothing_is_none() {
    let calendar = china::calendar();
    for days in [&[][..], &["2040-01-01 off 元旦"][..]] {
        let merged = calendar.merge(&notice(2027, DayStatus::Official, days)).unwrap();
        assert_eq!((&merged.calendar, merged.changes.len()), (&calendar, 0), "the year is as unknown as before");
    }
}

#[test]
fn a_guess_never_takes_the_place_of_a_notice() {
    let calendar = china::calendar();
    let guess = |year, days: &[&str]| calendar.merge(&notice(year, DayStatus::Estimated, days));
    assert_eq!(guess(2026, &["2026-12-31 off"]), Err(NoticeFault::YearIsOfficial));
    let merged = guess(2031, &["2031-01-01 off 元旦"]).unwrap();
    assert_eq!((merged.calendar.year(2031), merged.changes.len()), (YearStatus::Estimated, 1));
}

#[test]
fn half_days_stay_half_days() {
    let mut calendar = Calendar { days: BTreeMap::new(), ..china::calendar() };
    let half = Day {
        works: true,
        segments: Some(segments("09:00-12:00")),
        name: Some("元旦".to_owned()),
        status: DayStatus::Official,
        notice_year: Some(2027),
        source: None,
    };
    calendar.days.insert(date("2027-01-03"), half);
    let merged = calendar.merge(&notice(2027, DayStatus::Official, &["2027-01-03 work 元旦"])).unwrap();
    assert_eq!((merged.unchanged, merged.calendar.segments_on(date("2027-01-03"))), (1, &segments("09:00-12:00")[..]));
}
