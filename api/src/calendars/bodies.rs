//! A calendar as it is sent and shown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendars::{Calendar, DAYS_MAX, DayStatus, DeliveryWindow, Segment, TimeOfDay, Week, YearStatus};
use domain::texts::Language;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::docs::lists;
use crate::http::fault::{Fault, FaultCode};
use crate::http::values::{Day, Text, Whole};
use crate::people::values::Zone;

pub type DayName = Text<1, 60>;
pub type Source = Text<1, 200>;
pub type YearNumber = Whole<2000, 2099>;

/// When people work and when messages are delivered. The whole of it is put in force at once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Calendar)]
pub struct CalendarBody {
    /// The IANA zone whose clocks are meant.
    #[schema(value_type = Zone)]
    zone: Zone,
    week: WeekBody,
    /// Days that are unlike their weekday: holidays, and weekends on which people work.
    #[schema(max_items = 2000)]
    days: Vec<DayBody>,
    /// The years of which something is known.
    #[schema(max_items = 100)]
    years: Vec<YearBody>,
    delivery_window: DeliveryWindowBody,
}

/// Working segments by weekday, in the order of the day and without overlap; none on a free day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarWeek)]
pub struct WeekBody {
    #[schema(max_items = 8)]
    monday: Vec<SegmentBody>,
    #[schema(max_items = 8)]
    tuesday: Vec<SegmentBody>,
    #[schema(max_items = 8)]
    wednesday: Vec<SegmentBody>,
    #[schema(max_items = 8)]
    thursday: Vec<SegmentBody>,
    #[schema(max_items = 8)]
    friday: Vec<SegmentBody>,
    #[schema(max_items = 8)]
    saturday: Vec<SegmentBody>,
    #[schema(max_items = 8)]
    sunday: Vec<SegmentBody>,
}

/// From one time until right before another, later one. Work past midnight is two segments: until `24:00`, and from `00:00` on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DaySegment)]
pub struct SegmentBody {
    from: WallTime,
    to: WallTime,
}

/// A day that is unlike its weekday.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarDay)]
pub struct DayBody {
    date: Day,
    works: bool,
    /// Its own segments. Left out on a day that is worked: those of its weekday or, where that is free, of the week's first working day.
    #[schema(max_items = 8)]
    segments: Option<Vec<SegmentBody>>,
    name: Option<DayName>,
    /// `manual` unless said otherwise: no import overrules it.
    #[serde(default = "manual")]
    #[schema(value_type = lists::CalendarDayStatus, required = false)]
    status: DayStatus,
    /// The year whose notice says so.
    notice_year: Option<YearNumber>,
    /// Where it comes from, for people.
    source: Option<Source>,
}

const fn manual() -> DayStatus {
    DayStatus::Manual
}

/// A year's standing. `missing` says as much as leaving the year out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarYear)]
pub struct YearBody {
    year: YearNumber,
    #[schema(value_type = lists::CalendarYearStatus)]
    status: YearStatus,
}

/// The hours in which messages are delivered that are not urgent, on the clocks of the calendar's zone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeliveryWindow)]
pub struct DeliveryWindowBody {
    from: WallTime,
    to: WallTime,
    #[schema(value_type = lists::DeliveryDays)]
    days: domain::calendars::DeliveryDays,
}

/// A time of day to the minute.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
pub struct WallTime(TimeOfDay);

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = String::deserialize(deserializer)?.parse().map(Self);
        time.map_err(|_| serde::de::Error::custom("fault:malformed:00:00..24:00"))
    }
}

impl PartialSchema for WallTime {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        text.pattern(Some("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")).examples([serde_json::json!("09:00")]).into()
    }
}

impl ToSchema for WallTime {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("WallTime")
    }
}

impl From<Segment> for SegmentBody {
    fn from(segment: Segment) -> Self {
        Self { from: WallTime(segment.from()), to: WallTime(segment.to()) }
    }
}

/// Segments as they are shown.
pub fn shown(segments: &[Segment]) -> Vec<SegmentBody> {
    segments.iter().copied().map(SegmentBody::from).collect()
}

impl From<&Week> for WeekBody {
    fn from(week: &Week) -> Self {
        Self {
            monday: shown(&week.monday),
            tuesday: shown(&week.tuesday),
            wednesday: shown(&week.wednesday),
            thursday: shown(&week.thursday),
            friday: shown(&week.friday),
            saturday: shown(&week.saturday),
            sunday: shown(&week.sunday),
        }
    }
}

impl CalendarBody {
    /// A calendar as it would be sent.
    pub fn of(calendar: &Calendar, window: DeliveryWindow) -> Option<Self> {
        let year = |year: i32| YearNumber::new(year.into()).ok();
        let day = |(date, day): (&NaiveDate, &domain::calendars::Day)| DayBody {
            date: Day(*date),
            works: day.works,
            segments: day.segments.as_deref().map(shown),
            name: day.name.clone().and_then(|name| DayName::new(name).ok()),
            status: day.status,
            notice_year: day.notice_year.and_then(year),
            source: day.source.clone().and_then(|source| Source::new(source).ok()),
        };
        let years = calendar.years.iter().filter_map(|(number, status)| Some(YearBody { year: year(*number)?, status: *status }));
        Some(Self {
            zone: Zone::new(calendar.zone.name().to_owned())?,
            week: (&calendar.week).into(),
            days: calendar.days.iter().map(day).collect(),
            years: years.collect(),
            delivery_window: DeliveryWindowBody { from: WallTime(window.hours.from()), to: WallTime(window.hours.to()), days: window.days },
        })
    }

    /// What is meant by it.
    ///
    /// # Errors
    /// Every field that needs to be put right.
    pub fn understood(self) -> Result<(Calendar, DeliveryWindow), Vec<Fault>> {
        let mut reader = Reader::default();
        let hours = reader.segment(SegmentBody { from: self.delivery_window.from, to: self.delivery_window.to }, "/delivery_window");
        let window = DeliveryWindow { hours, days: self.delivery_window.days };
        let week = reader.week(&self.week);
        let mut places = BTreeMap::new();
        let mut calendar = Calendar::of_week(self.zone.as_str().parse().unwrap_or_default(), week);
        for (n, day) in self.days.into_iter().enumerate().take(DAYS_MAX + 1) {
            let date = day.date.0;
            if places.insert(date, n).is_some() {
                reader.faults.push(Fault::at(format!("/days/{n}/date"), FaultCode::Duplicate));
            }
            calendar.days.insert(date, reader.day(day, n));
        }
        for (n, year) in self.years.into_iter().enumerate() {
            let number = i32::try_from(year.year.get()).unwrap_or_default();
            if calendar.years.insert(number, year.status).is_some() {
                reader.faults.push(Fault::at(format!("/years/{n}/year"), FaultCode::Duplicate));
            }
        }
        calendar.years.retain(|_, status| *status != YearStatus::Missing);
        if reader.faults.is_empty() {
            let place = |date| places.get(&date).map_or_else(|| "/days".to_owned(), |n| format!("/days/{n}"));
            reader.faults.extend(calendar.validate().iter().map(|fault| super::put::told(*fault, place)));
        }
        if reader.faults.is_empty() { Ok((calendar, window)) } else { Err(reader.faults) }
    }
}

/// Reads parts of a calendar and notes what is wrong with them.
#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn segment(&mut self, sent: SegmentBody, pointer: &str) -> Segment {
        Segment::new(sent.from.0, sent.to.0).unwrap_or_else(|| {
            self.faults.push(Fault::at(format!("{pointer}/to"), FaultCode::NotAllowed).allowing(format!("> {}", sent.from.0)));
            Segment::ALL_DAY
        })
    }

    fn segments(&mut self, sent: &[SegmentBody], pointer: &str) -> Vec<Segment> {
        sent.iter().enumerate().map(|(n, segment)| self.segment(*segment, &format!("{pointer}/{n}"))).collect()
    }

    fn week(&mut self, sent: &WeekBody) -> Week {
        Week {
            monday: self.segments(&sent.monday, "/week/monday"),
            tuesday: self.segments(&sent.tuesday, "/week/tuesday"),
            wednesday: self.segments(&sent.wednesday, "/week/wednesday"),
            thursday: self.segments(&sent.thursday, "/week/thursday"),
            friday: self.segments(&sent.friday, "/week/friday"),
            saturday: self.segments(&sent.saturday, "/week/saturday"),
            sunday: self.segments(&sent.sunday, "/week/sunday"),
        }
    }

    fn day(&mut self, sent: DayBody, n: usize) -> domain::calendars::Day {
        domain::calendars::Day {
            works: sent.works,
            segments: sent.segments.map(|segments| self.segments(&segments, &format!("/days/{n}/segments"))),
            name: sent.name.map(Text::into_string),
            status: sent.status,
            notice_year: sent.notice_year.and_then(|year| i32::try_from(year.get()).ok()),
            source: sent.source.map(Text::into_string),
        }
    }
}

/// One day, worked or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DayInCalendar)]
pub struct DayView {
    date: Day,
    works: bool,
    /// Minutes that people work, on the wall.
    #[schema(example = 540)]
    minutes: u32,
    segments: Vec<SegmentBody>,
    /// In the reader's language where it is a known holiday.
    name: Option<String>,
    #[schema(value_type = lists::CalendarStanding)]
    status: domain::calendars::Standing,
}

impl DayView {
    pub fn of(calendar: &Calendar, date: NaiveDate, language: Language) -> Self {
        let day = calendar.on(date);
        Self {
            date: Day(date),
            works: day.works(),
            minutes: day.segments.iter().map(|segment| u32::from(segment.minutes())).sum(),
            segments: shown(day.segments),
            name: day.name.map(|name| domain::calendars::texts::day_name(name, language)),
            status: day.standing,
        }
    }
}
