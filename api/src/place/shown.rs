//! Places in answers.

use chrono::{DateTime, Utc};
use domain::place::{Datum, Position, SentPosition};
use serde::Serialize;
use store::customers::pins::PinSource;
use utoipa::ToSchema;

use super::DatumName;

/// Where a customer is: `lat` and `lon` in the datum that was asked for (WGS-84 unless asked), and what was sent to say so.
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

/// A coordinate exactly as it was sent.
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
    pub fn shown(pin: &store::customers::Pin, datum: Datum) -> Self {
        // What was sent in this datum is given back to the digit.
        let shown = if pin.sent.datum == datum { pin.sent } else { SentPosition::from_wgs84(pin.located.position, datum) };
        Self {
            lat: shown.lat,
            lon: shown.lon,
            datum: datum.into(),
            sent: SentPin { lat: pin.sent.lat, lon: pin.sent.lon, datum: pin.sent.datum.into() },
            source: match pin.source {
                PinSource::Manual => PinOrigin::Manual,
                PinSource::Import => PinOrigin::Import,
                PinSource::Visit => PinOrigin::Visit,
            },
            set_at: pin.set_at,
        }
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

impl From<Position> for GeoPoint {
    fn from(position: Position) -> Self {
        Self { r#type: "Point", coordinates: [position.lon, position.lat] }
    }
}
