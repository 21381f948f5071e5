//! Months of the calendar, as `YYYY-MM`.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A month between 2000 and 2099, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(pub NaiveDate);

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// The first day of the month after this one.
    pub fn end(self) -> NaiveDate {
        self.0.checked_add_months(Months::new(1)).unwrap_or(self.0)
    }
}

/// When a civil day begins in a zone; where clocks skip that moment, an hour later.
pub fn start_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let shown = zone.from_local_datetime(&midnight).earliest();
    let shown = shown.or_else(|| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(1))).earliest());
    shown.map_or_else(|| midnight.and_utc(), |at| at.to_utc())
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let shaped = text.len() == 7 && text.is_ascii();
        let first = shaped.then(|| format!("{text}-01").parse::<NaiveDate>().ok()).flatten();
        let first = first.ok_or_else(|| D::Error::custom("fault:malformed:YYYY-MM"))?;
        if (2000..2100).contains(&first.year()) { Ok(Self(first)) } else { Err(D::Error::custom("fault:out_of_range:2000..2099")) }
    }
}

impl PartialSchema for Month {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).pattern(Some("^20[0-9]{2}-(0[1-9]|1[0-2])$"));
        text.examples([serde_json::json!("2026-12")]).into()
    }
}

impl ToSchema for Month {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Month")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_one_way_only() {
        let month: Month = serde_json::from_str("\"2026-12\"").unwrap();
        assert_eq!((month.end().to_string().as_str(), month.to_string().as_str()), ("2027-01-01", "2026-12"));
        for text in ["\"2026-13\"", "\"2026-1\"", "\"1999-12\"", "\"2026-12-01\"", "\"+026-12\"", "202612"] {
            assert!(serde_json::from_str::<Month>(text).is_err(), "{text}");
        }
    }
}
