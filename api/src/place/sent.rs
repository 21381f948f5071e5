//! Places in requests: checked while they are read.

use std::borrow::Cow;

use domain::place::{Datum, Position, SentPosition};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::DatumName;
use crate::http::fault::{Fault, FaultCode};
use crate::http::values::Decimal;

/// A place with the datum it was measured in; never 0°, 0°, which is where lost coordinates end up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Fields", deny_unknown_fields)]
#[schema(example = json!({"lat": 31.2284277, "lon": 121.4782231, "datum": "gcj02"}))]
pub struct SentPlace {
    /// Degrees of latitude.
    lat: Decimal<-90, 90>,
    /// Degrees of longitude.
    lon: Decimal<-180, 180>,
    /// Needed: there is no default that would not be half a kilometre wrong for somebody.
    datum: DatumName,
}

impl SentPlace {
    /// The coordinate as the rule room takes it.
    pub fn position(self) -> SentPosition {
        SentPosition { lat: self.lat.get(), lon: self.lon.get(), datum: self.datum.into() }
    }

    /// The place, unless the numbers are none; the fault is a column's or field's own (`lat`, `lon`) or the pair's (empty).
    ///
    /// # Errors
    /// `swapped_coordinates`, `out_of_range` or `not_allowed` (0°, 0°).
    pub fn check(sent: SentPosition) -> Result<Self, PlaceFault> {
        if sent.looks_swapped() {
            return Err(PlaceFault { field: "", code: FaultCode::SwappedCoordinates, allowed: "" });
        }
        let lat = Decimal::new(sent.lat);
        let lat = lat.ok_or(PlaceFault { field: "lat", code: FaultCode::OutOfRange, allowed: "-90..90" })?;
        let lon = Decimal::new(sent.lon);
        let lon = lon.ok_or(PlaceFault { field: "lon", code: FaultCode::OutOfRange, allowed: "-180..180" })?;
        if sent.lat == 0.0 && sent.lon == 0.0 {
            return Err(PlaceFault { field: "", code: FaultCode::NotAllowed, allowed: "" });
        }
        Ok(Self { lat, lon, datum: sent.datum.into() })
    }
}

/// What is wrong with a pair of numbers that should be a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceFault {
    /// `lat`, `lon`, or empty for both together.
    pub field: &'static str,
    pub code: FaultCode,
    pub allowed: &'static str,
}

/// The fields as they come, before they are looked at together: 116° of latitude is a swapped pair rather than a number too large.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    lat: f64,
    lon: f64,
    datum: DatumName,
}

impl TryFrom<Fields> for SentPlace {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let sent = SentPosition { lat: fields.lat, lon: fields.lon, datum: fields.datum.into() };
        Self::check(sent).map_err(|fault| match (fault.field, fault.allowed) {
            (_, "") => format!("fault:{}", fault.code.as_str()),
            (field, allowed) => format!("fault:{}:{field} {allowed}", fault.code.as_str()),
        })
    }
}

/// `lon,lat` in a query, longitude first as in `GeoJSON`; its datum is a parameter of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    lon: f64,
    lat: f64,
}

impl LonLat {
    /// The place in WGS-84.
    ///
    /// # Errors
    /// A fault at `?name` when the numbers are no place, or the other way round.
    pub fn located(self, datum: Datum, name: &str) -> Result<Position, Fault> {
        if self.sent(datum).looks_swapped() {
            return Err(Fault::at(format!("?{name}"), FaultCode::SwappedCoordinates).allowing("lon,lat"));
        }
        self.corner(datum, name)
    }

    /// As [`Self::located`] for the corner of a box, which may lie anywhere: only the box as a whole is about some place.
    ///
    /// # Errors
    /// A fault at `?name` when the numbers are no place.
    pub fn corner(self, datum: Datum, name: &str) -> Result<Position, Fault> {
        let located = self.sent(datum).to_wgs84();
        let fault = || Fault::at(format!("?{name}"), FaultCode::OutOfRange).allowing("lon -180..180, lat -90..90");
        Ok(located.ok_or_else(fault)?.position)
    }

    fn sent(self, datum: Datum) -> SentPosition {
        SentPosition { lat: self.lat, lon: self.lon, datum }
    }
}

impl<'de> Deserialize<'de> for LonLat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [lon, lat] = numbers(&Cow::<str>::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("fault:malformed:lon,lat"))?;
        Ok(Self { lon, lat })
    }
}

/// `minlon,minlat,maxlon,maxlat` in a query, as in `GeoJSON`; `minlon` greater than `maxlon` crosses the 180th meridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLatBox {
    pub lower: LonLat,
    pub upper: LonLat,
}

impl<'de> Deserialize<'de> for LonLatBox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refused = || D::Error::custom("fault:malformed:minlon,minlat,maxlon,maxlat");
        let [west, south, east, north] = numbers(&Cow::<str>::deserialize(deserializer)?).ok_or_else(refused)?;
        if south > north {
            return Err(refused());
        }
        Ok(Self { lower: LonLat { lon: west, lat: south }, upper: LonLat { lon: east, lat: north } })
    }
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The schema of `N` numbers with commas between them.
fn numbers_schema(n: usize, example: &str) -> RefOr<Schema> {
    let number = r"\s*-?\d{1,3}(\.\d{1,15})?\s*";
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .pattern(Some(format!("^{}$", vec![number; n].join(","))))
        .examples([serde_json::json!(example)])
        .into()
}

impl PartialSchema for LonLat {
    fn schema() -> RefOr<Schema> {
        numbers_schema(2, "121.4737,31.2304")
    }
}

impl ToSchema for LonLat {}

impl PartialSchema for LonLatBox {
    fn schema() -> RefOr<Schema> {
        numbers_schema(4, "121.3,31.1,121.6,31.4")
    }
}

impl ToSchema for LonLatBox {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> String {
        serde_json::from_str::<SentPlace>(json).unwrap_err().to_string()
    }

    #[test]
    fn a_place_says_its_datum_and_is_not_the_other_way_round() {
        let place: SentPlace = serde_json::from_str(r#"{"lat": 31.2284277, "lon": 121.4782231, "datum": "gcj02"}"#).unwrap();
        assert_eq!(place.position(), SentPosition { lat: 31.228_427_7, lon: 121.478_223_1, datum: Datum::Gcj02 });
        for (json, said) in [
            (r#"{"lat": 31.2, "lon": 121.4}"#, "missing field `datum`"),
            (r#"{"lat": 31.2, "lon": 121.4, "datum": "mars"}"#, "unknown variant `mars`"),
            (r#"{"lat": 31.2, "lon": 121.4, "datum": "wgs84", "alt": 3}"#, "unknown field `alt`"),
            (r#"{"lat": 121.4, "lon": 31.2, "datum": "wgs84"}"#, "fault:swapped_coordinates"),
            (r#"{"lat": 39.9, "lon": 200.0, "datum": "wgs84"}"#, "fault:out_of_range:lon -180..180"),
            (r#"{"lat": 0, "lon": 0, "datum": "wgs84"}"#, "fault:not_allowed"),
            (r#"{"lat": "31", "lon": 121.4, "datum": "wgs84"}"#, "invalid type"),
        ] {
            assert!(refusal(json).contains(said), "{json}: {}", refusal(json));
        }
    }

    #[test]
    fn numbers_in_a_query_are_exactly_as_many_as_needed_and_finite() {
        assert_eq!(numbers("121.4, 31.2"), Some([121.4, 31.2]));
        for text in ["", "121.4", "121.4,31.2,5", "121.4,NaN", "inf,1", "121.4;31.2"] {
            assert_eq!(numbers::<2>(text), None, "{text}");
        }
    }
}
