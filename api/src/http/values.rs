//! Values that check themselves while they are read, and state the same bounds in the schema: one place for both.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{RefOr, schema::KnownFormat, schema::SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// What PostgreSQL cannot keep and no person writes: NUL and the other C0 controls, except tab and line ends.
fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// The pattern that says the same to a client.
const NO_CONTROLS: &str = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$";

/// A text of `MIN` to `MAX` characters without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Most characters.
    pub const LONGEST: usize = MAX;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    /// The text, if it keeps the bounds; else which fault it has.
    ///
    /// # Errors
    /// `fault:` and code, as the extractors read it.
    pub fn new(text: String) -> Result<Self, String> {
        let length = text.chars().count();
        if text.chars().any(is_forbidden) {
            Err("fault:malformed".to_owned())
        } else if length < MIN {
            Err(format!("fault:too_short:{MIN}..{MAX}"))
        } else if length > MAX {
            Err(format!("fault:too_long:{MIN}..{MAX}"))
        } else {
            Ok(Self(text))
        }
    }
}

impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<const MIN: usize, const MAX: usize> PartialSchema for Text<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).max_length(Some(MAX)).pattern(Some(NO_CONTROLS));
        object.min_length((MIN > 0).then_some(MIN)).into()
    }
}

impl<const MIN: usize, const MAX: usize> ToSchema for Text<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Text_{MIN}_{MAX}"))
    }
}

/// A whole number from `MIN` to `MAX`; in a query it arrives as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    pub fn get(self) -> i64 {
        self.0
    }

    /// The number, if it keeps the bounds; else which fault it has.
    ///
    /// # Errors
    /// `fault:` and code, as the extractors read it.
    pub fn new(value: i64) -> Result<Self, String> {
        if (MIN..=MAX).contains(&value) { Ok(Self(value)) } else { Err(format!("fault:out_of_range:{MIN}..{MAX}")) }
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number<const MIN: i64, const MAX: i64>;
        impl<const MIN: i64, const MAX: i64> Visitor<'_> for Number<MIN, MAX> {
            type Value = Whole<MIN, MAX>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from {MIN} to {MAX}")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                Whole::new(value).map_err(E::custom)
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                Whole::new(i64::try_from(value).unwrap_or(i64::MAX)).map_err(E::custom)
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                // JSON Schema counts 5.0 as an integer.
                #[expect(clippy::cast_possible_truncation, reason = "whole and within i64 by the guard")]
                if value.fract() == 0.0 && value.abs() < 9e15 {
                    Whole::new(value as i64).map_err(E::custom)
                } else {
                    Err(E::custom("fault:wrong_type"))
                }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Whole::new(text.parse().map_err(|_| E::custom(format!("fault:malformed:{MIN}..{MAX}")))?).map_err(E::custom)
            }
        }
        // Query strings hand every value over as text, JSON as a number: let the format say which.
        deserializer.deserialize_any(Number::<MIN, MAX>)
    }
}

impl<const MIN: i64, const MAX: i64> PartialSchema for Whole<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .into()
    }
}

impl<const MIN: i64, const MAX: i64> ToSchema for Whole<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Whole_{MIN}_{MAX}").replace('-', "minus_"))
    }
}

/// A decimal number from `MIN` to `MAX`, always finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Decimal<const MIN: i64, const MAX: i64>(f64);

impl<const MIN: i64, const MAX: i64> Decimal<MIN, MAX> {
    pub fn get(self) -> f64 {
        self.0
    }

    /// The number, if it keeps the bounds.
    pub fn new(value: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "bounds are small whole numbers")]
        let within = value.is_finite() && value >= MIN as f64 && value <= MAX as f64;
        within.then_some(Self(value))
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Decimal<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        Self::new(value).ok_or_else(|| D::Error::custom(format!("fault:out_of_range:{MIN}..{MAX}")))
    }
}

impl<const MIN: i64, const MAX: i64> PartialSchema for Decimal<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Number))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
            .minimum(Some(MIN))
            .maximum(Some(MAX))
            .into()
    }
}

impl<const MIN: i64, const MAX: i64> ToSchema for Decimal<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Decimal_{MIN}_{MAX}").replace('-', "minus_"))
    }
}

/// An instant that makes sense here: RFC 3339 with an offset, between 2000 and 2100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Instant(pub DateTime<Utc>);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = DateTime::parse_from_rfc3339(&text).map_err(|_| D::Error::custom("fault:malformed:RFC 3339"))?;
        let at = parsed.with_timezone(&Utc);
        let micros = DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at);
        if (946_684_800..4_102_444_800).contains(&micros.timestamp()) {
            Ok(Self(micros))
        } else {
            Err(D::Error::custom("fault:out_of_range:2000..2100"))
        }
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 with an offset, from 2000 to 2099"))
            .into()
    }
}

impl ToSchema for Instant {}

/// A civil day that makes sense here: `YYYY-MM-DD`, between 2000 and 2099.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Day(pub NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let shaped = text.len() == 10 && text.is_ascii();
        let day = shaped.then(|| text.parse::<NaiveDate>().ok()).flatten().ok_or_else(|| D::Error::custom("fault:malformed:YYYY-MM-DD"))?;
        if (2000..2100).contains(&day.year()) { Ok(Self(day)) } else { Err(D::Error::custom("fault:out_of_range:2000..2099")) }
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .pattern(Some("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"))
            .into()
    }
}

impl ToSchema for Day {}

/// Lower-case hexadecimal SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256Hex(pub [u8; 32]);

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut digest = [0; 32];
        hex::decode_to_slice(&text, &mut digest).map_err(|_| D::Error::custom("fault:malformed:64 hexadecimal digits"))?;
        Ok(Self(digest))
    }
}

impl Serialize for Sha256Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl PartialSchema for Sha256Hex {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some("^[0-9a-fA-F]{64}$"))
            .examples([serde_json::json!("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")])
            .into()
    }
}

impl ToSchema for Sha256Hex {}

/// For changes: tells "left out" (`None`) from "set to null" (`Some(None)`).
///
/// # Errors
/// As the value itself.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_bounds_and_refuse_controls() {
        assert!(serde_json::from_str::<Text<1, 3>>("\"门头照\"").is_ok());
        assert!(serde_json::from_str::<Text<1, 3>>("\"门头照片\"").is_err());
        assert!(serde_json::from_str::<Text<1, 3>>("\"\"").is_err());
        assert!(serde_json::from_str::<Text<0, 3>>("\"a\\u0000\"").is_err());
    }

    #[test]
    fn numbers_never_pass_their_bounds() {
        assert!(serde_json::from_str::<Decimal<-90, 90>>("90.0").is_ok());
        assert!(serde_json::from_str::<Decimal<-90, 90>>("90.1").is_err());
        assert!(serde_json::from_str::<Whole<1, 200>>("0").is_err());
        assert!(serde_json::from_str::<Whole<1, 200>>("99999999999999999999").is_err());
    }

    #[test]
    fn instants_need_an_offset_and_a_sane_year() {
        assert!(serde_json::from_str::<Instant>("\"2026-11-23T09:00:00+08:00\"").is_ok());
        assert!(serde_json::from_str::<Instant>("\"2026-11-23T09:00:00\"").is_err());
        assert!(serde_json::from_str::<Instant>("\"0001-01-01T00:00:00Z\"").is_err());
    }
}
