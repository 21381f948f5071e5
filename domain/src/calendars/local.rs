//! Where days and times on the wall lie on the time line, also where clocks are changed.
//!
//! Days follow one another without gap or overlap. A time that clocks show twice means the first of the two; a time that they skip means
//! the moment at which they skip it. So an hour that is repeated counts twice, and one that is skipped does not count.

use chrono::{DateTime, Days, NaiveDate, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

use super::time::{Segment, TimeOfDay};

/// Instants outside of 1970 to 2199 are read as the nearest one inside: no timer of ours runs there, and hostile data cannot make anybody
/// walk through a hundred thousand years.
const COUNTED_S: (i64, i64) = (0, 7_258_118_400);

/// Whether days are counted no more at this instant.
pub(super) fn is_too_late(at: DateTime<Utc>) -> bool {
    at.timestamp() >= COUNTED_S.1
}

/// The nearest instant of which days are counted.
pub(super) fn counted(at: DateTime<Utc>) -> DateTime<Utc> {
    let (first, last) = COUNTED_S;
    if at.timestamp() < first || at.timestamp() >= last {
        DateTime::from_timestamp(at.timestamp().clamp(first, last), 0).unwrap_or(at)
    } else {
        at
    }
}

/// One civil day as a stretch of the time line.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalDay {
    pub date: NaiveDate,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    zone: Tz,
}

impl LocalDay {
    /// The stretch of the time line that a segment of this day covers; both ends may be the same instant.
    pub fn stretch(&self, segment: Segment) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.instant(segment.from()), self.instant(segment.to()))
    }

    fn instant(&self, time: TimeOfDay) -> DateTime<Utc> {
        let since_midnight = TimeDelta::minutes(time.minutes().into());
        if self.end - self.start == TimeDelta::days(1) {
            self.start + since_midnight
        } else {
            instant(self.zone, self.date, since_midnight)
        }
    }
}

/// Civil days in their order, from the one that `from` lies in.
pub(super) fn days(zone: Tz, from: DateTime<Utc>) -> impl Iterator<Item = LocalDay> {
    let from = counted(from);
    let first = from.with_timezone(&zone).date_naive();
    let is_counted = |(_, start): &(NaiveDate, DateTime<Utc>)| start.timestamp() < COUNTED_S.1;
    let mut next = Some((first, midnight(zone, first))).filter(is_counted);
    let all = std::iter::from_fn(move || {
        let (date, start) = next?;
        let tomorrow = date.checked_add_days(Days::new(1))?;
        let end = midnight(zone, tomorrow);
        next = Some((tomorrow, end)).filter(is_counted);
        Some(LocalDay { date, start, end, zone })
    });
    all.skip_while(move |day| day.end <= from)
}

fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    instant(zone, date, TimeDelta::zero())
}

fn instant(zone: Tz, date: NaiveDate, since_midnight: TimeDelta) -> DateTime<Utc> {
    let wall = date.and_time(chrono::NaiveTime::MIN) + since_midnight;
    let shown = zone.from_local_datetime(&wall).earliest().map(|at| at.to_utc());
    shown.unwrap_or_else(|| {
        let gap = GapInfo::new(&wall, &zone).and_then(|gap| gap.begin);
        gap.map_or(wall, |(skipped, offset)| skipped - offset.fix()).and_utc()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: Tz, date: &str, time: &str) -> String {
        let time: TimeOfDay = time.parse().unwrap();
        instant(zone, date.parse().unwrap(), TimeDelta::minutes(time.minutes().into())).format("%dT%H:%M").to_string()
    }

    #[test]
    fn skipped_times_are_the_moment_at_which_they_are_skipped_and_repeated_ones_the_first() {
        for (zone, date, time, want) in [
            (Tz::Asia__Shanghai, "2026-11-23", "09:00", "23T01:00"),
            (Tz::America__New_York, "2026-03-08", "01:59", "08T06:59"),
            (Tz::America__New_York, "2026-03-08", "02:00", "08T07:00"),
            (Tz::America__New_York, "2026-03-08", "02:59", "08T07:00"),
            (Tz::America__New_York, "2026-03-08", "03:00", "08T07:00"),
            (Tz::America__New_York, "2026-11-01", "01:30", "01T05:30"),
            (Tz::America__New_York, "2026-11-01", "02:00", "01T07:00"),
            (Tz::Australia__Lord_Howe, "2026-10-04", "02:15", "03T15:30"),
            // Midnight itself is skipped.
            (Tz::America__Havana, "2026-03-08", "00:30", "08T05:00"),
            // A whole day is.
            (Tz::Pacific__Apia, "2011-12-30", "12:00", "30T10:00"),
        ] {
            assert_eq!(at(zone, date, time), want, "{zone} {date} {time}");
        }
    }

    /// Zones whose clocks were changed at midnight, by half an hour, by a day, around Ramadan, or not at all.
    const ZONES: [Tz; 14] = [
        Tz::Asia__Shanghai,
        Tz::America__New_York,
        Tz::America__St_Johns,
        Tz::America__Havana,
        Tz::America__Sao_Paulo,
        Tz::America__Asuncion,
        Tz::Europe__London,
        Tz::Africa__Casablanca,
        Tz::Africa__Cairo,
        Tz::Asia__Tehran,
        Tz::Asia__Pyongyang,
        Tz::Australia__Lord_Howe,
        Tz::Antarctica__Troll,
        Tz::Pacific__Apia,
    ];

    #[test]
    fn days_follow_one_another_in_every_zone() {
        let (from, to): (DateTime<Utc>, DateTime<Utc>) = ("2005-01-01T00:00:00Z".parse().unwrap(), "2031-01-01T00:00:00Z".parse().unwrap());
        for zone in ZONES {
            let mut end = None;
            for day in days(zone, from).take_while(|day| day.start < to) {
                assert!(end.is_none_or(|end| end == day.start) && day.start <= day.end, "{zone} {}", day.date);
                let halves = (0..48).map(|half| TimeOfDay::new(half / 2, half % 2 * 30).unwrap()).chain([TimeOfDay::END]);
                let instants: Vec<_> = halves.map(|time| day.instant(time)).collect();
                assert!(instants.is_sorted(), "{zone} {}", day.date);
                assert_eq!((instants.first(), instants.last()), (Some(&day.start), Some(&day.end)), "{zone} {}", day.date);
                end = Some(day.end);
            }
        }
    }

    #[test]
    fn days_end_somewhere() {
        assert_eq!(days(Tz::UTC, DateTime::<Utc>::MAX_UTC).count(), 0);
        assert_eq!(days(Tz::UTC, DateTime::<Utc>::MIN_UTC).next().map(|day| day.date), NaiveDate::from_ymd_opt(1970, 1, 1));
    }
}
