//! Laws of time that counts, for any calendar, zone and instant.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::calendars::{Calendar, Clock, Day, DayStatus, DeliveryDays, DeliveryWindow, Due, Segment, TimeOfDay, Week};
use proptest::prelude::*;

/// Zones with clocks that are changed in every way there is.
const ZONES: [Tz; 9] = [
    Tz::Asia__Shanghai,
    Tz::America__New_York,
    Tz::Europe__London,
    Tz::Australia__Lord_Howe,
    Tz::America__Havana,
    Tz::America__St_Johns,
    Tz::America__Sao_Paulo,
    Tz::Africa__Casablanca,
    Tz::Pacific__Apia,
];

fn times() -> impl Strategy<Value = TimeOfDay> {
    (0_u16..=24, 0_u16..60).prop_map(|(hour, minute)| TimeOfDay::new(hour, minute).unwrap_or(TimeOfDay::END))
}

/// Up to three segments of one day, in order; the cuts fall on any minute.
fn day_segments() -> impl Strategy<Value = Vec<Segment>> {
    proptest::collection::btree_set(times(), 0..=6).prop_map(|cuts| {
        let cuts: Vec<_> = cuts.into_iter().collect();
        cuts.chunks_exact(2).filter_map(|pair| Segment::new(pair[0], pair[1])).collect()
    })
}

/// Days around the changes of clocks that the instants below lie between.
fn days() -> impl Strategy<Value = (NaiveDate, Day)> {
    (0_u64..1500, any::<bool>(), proptest::option::of(day_segments())).prop_map(|(n, works, segments)| {
        let date = NaiveDate::from_ymd_opt(2010, 6, 1).unwrap() + Days::new(n);
        let segments = segments.filter(|_| works);
        (date, Day { works, segments, name: None, status: DayStatus::Manual, notice_year: None, source: None })
    })
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let zone = proptest::sample::select(&ZONES[..]);
    let week = proptest::array::uniform7(day_segments());
    (zone, week, proptest::collection::vec(days(), 0..40)).prop_map(|(zone, week, days)| {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = week;
        let week = Week { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
        Calendar { days: days.into_iter().collect(), ..Calendar::of_week(zone, week) }
    })
}

/// Instants of mid-2010 to mid-2014, to the microsecond; many of them near a change of clocks.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    let start = 1_275_350_400_000_000_i64;
    let anywhere = 0..126_230_400_000_000_i64;
    let changes = proptest::sample::select(
        &[
            "2011-12-30T10:00:00Z",
            "2010-11-07T06:00:00Z",
            "2011-03-13T07:00:00Z",
            "2011-03-13T03:31:00Z",
            "2010-11-07T02:31:00Z",
            "2012-04-01T05:00:00Z",
            "2012-11-04T05:00:00Z",
            "2011-02-20T02:00:00Z",
            "2011-10-16T03:00:00Z",
            "2011-10-01T15:30:00Z",
            "2012-07-20T02:00:00Z",
            "2012-08-20T02:00:00Z",
            "2011-03-27T01:00:00Z",
            "2011-10-30T01:00:00Z",
        ][..],
    );
    prop_oneof![
        anywhere.prop_map(move |micros| DateTime::from_timestamp_micros(start + micros).unwrap()),
        (changes, -100_000_i64..100_000)
            .prop_map(|(change, seconds)| change.parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)),
    ]
}

fn budgets() -> impl Strategy<Value = TimeDelta> {
    prop_oneof![
        Just(TimeDelta::zero()),
        (0_i64..20_000).prop_map(TimeDelta::minutes),
        (0_i64..400_000_000_000).prop_map(TimeDelta::microseconds)
    ]
}

/// Whether people work at this instant, asked of the wall alone.
fn is_worked_at(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    let wall = at.with_timezone(&calendar.zone).naive_local();
    let seconds = wall.time().signed_duration_since(chrono::NaiveTime::MIN);
    let within = |segment: &Segment| {
        seconds >= TimeDelta::minutes(segment.from().minutes().into()) && seconds < TimeDelta::minutes(segment.to().minutes().into())
    };
    calendar.segments_on(wall.date()).iter().any(within)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn elapsed_time_adds_up_and_never_runs_backwards(calendar in calendars(), instants in proptest::array::uniform3(instants())) {
        let mut sorted = instants;
        sorted.sort();
        let [a, b, c] = sorted;
        let clock = Clock::Working(&calendar);
        let (ab, bc, ac) = (clock.elapsed(a, b), clock.elapsed(b, c), clock.elapsed(a, c));
        prop_assert_eq!(ab.value + bc.value, ac.value);
        prop_assert!(ab.value <= ac.value && ab.value >= TimeDelta::zero() && ac.value <= c - a);
        prop_assert!(ab.status.max(bc.status) == ac.status);
        prop_assert_eq!(clock.elapsed(c, a).value, TimeDelta::zero());
    }

    #[test]
    fn a_deadline_is_where_its_budget_is_used_up_and_not_before(calendar in calendars(), from in instants(), budget in budgets()) {
        let clock = Clock::Working(&calendar);
        let Due::At(due) = clock.due(from, budget).value else {
            // Only a calendar in which next to nobody works has no answer.
            prop_assert!(clock.elapsed(from, from + TimeDelta::days(39 * 366)).value < budget.max(TimeDelta::minutes(1)));
            return Ok(());
        };
        prop_assert!(due >= from);
        prop_assert_eq!(clock.elapsed(from, due).value, budget);
        if budget > TimeDelta::zero() {
            prop_assert!(clock.elapsed(from, due - TimeDelta::microseconds(1)).value < budget, "never late");
        }
        // Right before it people worked, unless there was nothing to count: then they work at it.
        let counts = if budget > TimeDelta::zero() { due - TimeDelta::microseconds(1) } else { due };
        prop_assert!(clock.elapsed(counts, counts + TimeDelta::microseconds(1)).value > TimeDelta::zero());
    }

    #[test]
    fn what_is_left_of_a_budget_is_due_when_the_whole_is(calendar in calendars(), from in instants(), share in 0_i32..100, budget in budgets()) {
        let clock = Clock::Working(&calendar);
        let Due::At(due) = clock.due(from, budget).value else { return Ok(()) };
        let middle = from + (due - from) / 100 * share;
        let left = budget - clock.elapsed(from, middle).value;
        prop_assert!(left >= TimeDelta::zero());
        if left > TimeDelta::zero() {
            prop_assert_eq!(clock.due(middle, left).value, Due::At(due));
        }
    }

    #[test]
    fn more_budget_is_never_due_earlier(calendar in calendars(), from in instants(), a in budgets(), b in budgets()) {
        let clock = Clock::Working(&calendar);
        if let (Some(less), Some(more)) = (clock.due(from, a.min(b)).value.at(), clock.due(from, a.max(b)).value.at()) {
            prop_assert!(less <= more);
        }
    }

    #[test]
    fn a_day_without_an_end_goes_as_the_wall_does(zone in proptest::sample::select(&ZONES[..]), from in instants(), to in instants(), budget in budgets()) {
        let calendar = Calendar::of_week(zone, Week::of_every_day(&[Segment::ALL_DAY]));
        let clock = Clock::Working(&calendar);
        prop_assert_eq!(clock.elapsed(from, to).value, Clock::Wall.elapsed(from, to).value);
        prop_assert_eq!(clock.due(from, budget).value, Clock::Wall.due(from, budget).value);
    }

    #[test]
    fn where_clocks_are_left_alone_time_counts_as_the_wall_shows(mut calendar in calendars(), at in instants()) {
        calendar.zone = Tz::Asia__Shanghai;
        let counts = Clock::Working(&calendar).elapsed(at, at + TimeDelta::microseconds(1)).value > TimeDelta::zero();
        prop_assert_eq!(counts, is_worked_at(&calendar, at));
    }

    #[test]
    fn a_window_opens_within_its_hours_and_at_once_if_it_is_open(calendar in calendars(), at in instants(), working in any::<bool>()) {
        let days = if working { DeliveryDays::Working } else { DeliveryDays::Every };
        let window = DeliveryWindow { days, ..DeliveryWindow::default() };
        let Due::At(open) = window.next_open(&calendar, at) else {
            prop_assert!(working);
            return Ok(());
        };
        prop_assert!(open >= at);
        prop_assert_eq!(window.next_open(&calendar, open), Due::At(open));
        let wall = open.with_timezone(&calendar.zone).naive_local();
        prop_assert!((8..21).contains(&chrono::Timelike::hour(&wall)));
        prop_assert!(!working || !calendar.segments_on(wall.date()).is_empty());
    }
}
