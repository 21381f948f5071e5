//! Places in answers.

use chrono::{DateTime, Utc};
use domain::place::{Datum, Position, SentPosition};
use serde::Serialize;
use store::customers::pins::PinSource;
use utoipa::ToSchema;

use super::DatumName;

/// Where a customer is: `lat` and `lon` in the datum that was asked for (WGS-84 unless asked), and what was sent to say so. All of it to
/// three decimals (about 100 m) for keys without `positions:precise`: never send such numbers back as a pin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Pin {
    #[schema(example = 31.230_37)]
    pub lat: f64,
    #[schema(example = 121.4737)]
    pub lon: f64,
    pub datum: DatumName,
    pub sent: SentPin,
    pub source: PinOrigin,
    pub set_at: DateTime<Utc>,
}

/// A coordinate as it was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SentPin {
    #[schema(example = 31.228_427_7)]
    pub lat: f64,
    #[schema(example = 121.478_223_1)]
    pub lon: f64,
    #[schema(example = "gcj02")]
    pub datum: DatumName,
}

/// Who set a pin: a person, an import, or an accepted visit.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PinOrigin {
    Manual,
    Import,
    Visit,
}

impl Pin {
    /// The pin with its coordinates as a map of `datum` shows them.
    pub fn shown(pin: &store::customers::Pin, datum: Datum, precision: Precision) -> Self {
        let shown = precision.on_map(pin, datum);
        let sent = precision.on_map(pin, pin.sent.datum);
        Self {
            lat: shown.lat,
            lon: shown.lon,
            datum: datum.into(),
            sent: SentPin { lat: sent.lat, lon: sent.lon, datum: sent.datum.into() },
            source: match pin.source {
                PinSource::Manual => PinOrigin::Manual,
                PinSource::Import => PinOrigin::Import,
                PinSource::Visit => PinOrigin::Visit,
            },
            set_at: pin.set_at,
        }
    }
}

/// How exactly a reader is told where something is. Everything that shows a place asks for it, and there is no other way to show one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Exact,
    /// To three decimals of a degree, about a hundred metres.
    Rough,
}

impl Precision {
    fn of(self, position: Position) -> Position {
        match self {
            Self::Exact => position.fine(),
            Self::Rough => position.rough(),
        }
    }

    /// Where a map of `datum` shows a pin.
    fn on_map(self, pin: &store::customers::Pin, datum: Datum) -> SentPosition {
        match self {
            // What was sent in this datum is given back to the digit.
            Self::Exact if pin.sent.datum == datum => pin.sent,
            Self::Exact => {
                let SentPosition { lat, lon, .. } = SentPosition::from_wgs84(pin.located.position, datum);
                let Position { lon, lat } = Position { lon, lat }.fine();
                SentPosition { lat, lon, datum }
            }
            // Everything is made from the one rough position: several datums of it say no more than one.
            Self::Rough => {
                let shifted = SentPosition::from_wgs84(pin.located.position.rough(), datum);
                let Position { lon, lat } = Position { lon: shifted.lon, lat: shifted.lat }.rough();
                SentPosition { lat, lon, datum }
            }
        }
    }
}

/// A position in WGS-84; to three decimals (about 100 m) for keys without `positions:precise`.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Place {
    lat: f64,
    lon: f64,
}

impl Place {
    pub fn shown(position: Position, precision: Precision) -> Self {
        let Position { lon, lat } = precision.of(position);
        Self { lat, lon }
    }
}

/// A `GeoJSON` point (RFC 7946): longitude first, always WGS-84.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GeoPoint {
    #[schema(pattern = "^Point$")]
    r#type: &'static str,
    #[schema(example = json!([121.4737, 31.230_37]))]
    coordinates: [f64; 2],
}

impl From<Place> for GeoPoint {
    fn from(place: Place) -> Self {
        Self { r#type: "Point", coordinates: [place.lon, place.lat] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_pin_is_one_place_in_every_datum() {
        let sent = SentPosition { lat: 31.228_427_7, lon: 121.478_223_1, datum: Datum::Gcj02 };
        let set_at = DateTime::UNIX_EPOCH;
        let pin = store::customers::Pin { sent, located: sent.to_wgs84().unwrap(), source: PinSource::Manual, set_at };
        let exact = Pin::shown(&pin, Datum::Gcj02, Precision::Exact);
        assert_eq!((exact.lat, exact.lon, exact.sent.lat, exact.sent.lon), (sent.lat, sent.lon, sent.lat, sent.lon));
        for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
            let rough = Pin::shown(&pin, datum, Precision::Rough);
            for degrees in [rough.lat, rough.lon, rough.sent.lat, rough.sent.lon] {
                assert!(((degrees * 1000.0).round() / 1000.0 - degrees).abs() < f64::EPSILON, "{datum:?} {degrees}");
            }
            let near = SentPosition { lat: rough.lat, lon: rough.lon, datum }.to_wgs84().unwrap().position;
            let away_m = domain::place::distance_m(near, pin.located.position);
            assert!((1.0..200.0).contains(&away_m), "{datum:?} {away_m}");
        }
        let place = Place::shown(pin.located.position, Precision::Rough);
        assert_eq!(serde_json::to_value(place).unwrap(), serde_json::json!({ "lat": 31.23, "lon": 121.474 }));
    }
}
