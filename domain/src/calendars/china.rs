//! The calendar that organisations start with: the official days of mainland China, as far as their notices are out.
//!
//! The next notice is one more entry of [`NOTICES`]; a date that does not exist does not compile.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::calendar::{Calendar, Day, DayStatus, Week, YearStatus};
use super::time::{Segment, TimeOfDay};

/// The zones of the mainland, under all their names.
pub const ZONES: [Tz; 7] =
    [Tz::Asia__Shanghai, Tz::Asia__Urumqi, Tz::Asia__Chongqing, Tz::Asia__Chungking, Tz::Asia__Harbin, Tz::Asia__Kashgar, Tz::PRC];

/// The years after the last notice for which at least the holidays with a fixed date are assumed.
const ESTIMATED: std::ops::RangeInclusive<i32> = 2027..=2030;

/// Holidays that the regulation itself ties to a date.
const FIXED: [(u32, u32, &str); 6] =
    [(1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节")];

/// One notice of the State Council's office.
struct Published {
    year: i32,
    source: &'static str,
    /// First and last day off, and the holiday.
    off: &'static [(NaiveDate, NaiveDate, &'static str)],
    /// Weekend days on which people work, and the holiday they make up for.
    make_up: &'static [(NaiveDate, &'static str)],
}

const NOTICES: &[Published] = &[
    Published {
        year: 2025,
        source: "gov.cn 202411/content_6986382",
        off: &[
            (on(2025, 1, 1), on(2025, 1, 1), "元旦"),
            (on(2025, 1, 28), on(2025, 2, 4), "春节"),
            (on(2025, 4, 4), on(2025, 4, 6), "清明节"),
            (on(2025, 5, 1), on(2025, 5, 5), "劳动节"),
            (on(2025, 5, 31), on(2025, 6, 2), "端午节"),
            (on(2025, 10, 1), on(2025, 10, 8), "国庆节、中秋节"),
        ],
        make_up: &[
            (on(2025, 1, 26), "春节"),
            (on(2025, 2, 8), "春节"),
            (on(2025, 4, 27), "劳动节"),
            (on(2025, 9, 28), "国庆节、中秋节"),
            (on(2025, 10, 11), "国庆节、中秋节"),
        ],
    },
    Published {
        year: 2026,
        source: "gov.cn 202511/content_7047091",
        off: &[
            (on(2026, 1, 1), on(2026, 1, 3), "元旦"),
            (on(2026, 2, 15), on(2026, 2, 23), "春节"),
            (on(2026, 4, 4), on(2026, 4, 6), "清明节"),
            (on(2026, 5, 1), on(2026, 5, 5), "劳动节"),
            (on(2026, 6, 19), on(2026, 6, 21), "端午节"),
            (on(2026, 9, 25), on(2026, 9, 27), "中秋节"),
            (on(2026, 10, 1), on(2026, 10, 7), "国庆节"),
        ],
        make_up: &[
            (on(2026, 1, 4), "元旦"),
            (on(2026, 2, 14), "春节"),
            (on(2026, 2, 28), "春节"),
            (on(2026, 5, 9), "劳动节"),
            (on(2026, 9, 20), "国庆节"),
            (on(2026, 10, 10), "国庆节"),
        ],
    },
];

#[expect(clippy::panic, reason = "evaluated by the compiler only")]
const fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => panic!("there is no such day"),
    }
}

/// The calendar that an organisation of this zone starts with: Monday to Friday, 09:00 to 18:00. On the mainland with the official days;
/// elsewhere nothing but the week is known.
pub fn calendar_of(zone: Tz) -> Calendar {
    let hours = Segment::new(TimeOfDay::hour(9), TimeOfDay::hour(18)).unwrap_or(Segment::ALL_DAY);
    let mut calendar = Calendar::of_week(zone, Week::of_workdays(&[hours]));
    if ZONES.contains(&zone) {
        for notice in NOTICES {
            state(&mut calendar, notice);
        }
        for year in ESTIMATED {
            assume(&mut calendar, year);
        }
    }
    calendar
}

/// The mainland's calendar.
pub fn calendar() -> Calendar {
    calendar_of(Tz::Asia__Shanghai)
}

fn state(calendar: &mut Calendar, notice: &Published) {
    let day = |works, name: &str| Day {
        works,
        segments: None,
        name: Some(name.to_owned()),
        status: DayStatus::Official,
        notice_year: Some(notice.year),
        source: Some(notice.source.to_owned()),
    };
    for (first, last, name) in notice.off {
        calendar.days.extend(first.iter_days().take_while(|date| date <= last).map(|date| (date, day(false, name))));
    }
    calendar.days.extend(notice.make_up.iter().map(|(date, name)| (*date, day(true, name))));
    calendar.years.insert(notice.year, YearStatus::Official);
}

fn assume(calendar: &mut Calendar, year: i32) {
    let fixed = FIXED.iter().filter_map(|(month, day, name)| Some((NaiveDate::from_ymd_opt(year, *month, *day)?, name)));
    calendar.days.extend(fixed.map(|(date, name)| {
        let name = Some((*name).to_owned());
        (date, Day { works: false, segments: None, name, status: DayStatus::Estimated, notice_year: Some(year), source: None })
    }));
    calendar.years.insert(year, YearStatus::Estimated);
}
