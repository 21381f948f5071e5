//! Where something is: one canonical position (WGS-84), three datums on the way in and out, and metres between positions.

mod datum;
mod distance;
mod outline;
mod region;
mod shift;

pub use datum::{Datum, Located, SentPosition};
pub use distance::distance_m;
pub use region::{CaptureZone, capture_zone};

use serde::{Deserialize, Serialize};

/// A point on the ground in WGS-84 degrees, longitude first as in `GeoJSON`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub lon: f64,
    pub lat: f64,
}

impl Position {
    /// The position, or `None` when a number is missing (NaN), infinite or beyond ±180° / ±90°.
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        let position = Self { lon, lat };
        position.is_sane().then_some(position)
    }

    /// Whether both numbers are finite and on the globe; the fields are public, so gates ask again.
    pub fn is_sane(&self) -> bool {
        self.lon.is_finite() && self.lat.is_finite() && self.lon.abs() <= 180.0 && self.lat.abs() <= 90.0
    }

    /// The position to a thousandth of a degree, which is about a hundred metres: for those who need to know the street and not the door.
    #[must_use]
    pub fn rough(self) -> Self {
        self.rounded(1e3)
    }

    /// The position to seven decimals of a degree, about a centimetre: what computing leaves behind it says nothing.
    #[must_use]
    pub fn fine(self) -> Self {
        self.rounded(1e7)
    }

    fn rounded(self, parts: f64) -> Self {
        let round = |degrees: f64| (degrees * parts).round() / parts;
        Self { lon: round(self.lon), lat: round(self.lat) }
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn a_rough_position_tells_the_street_and_stays_on_the_globe() {
        for ((lon, lat), rough) in [
            ((121.473_712, 31.230_374), (121.474, 31.23)),
            ((-121.4735, -31.2304), (-121.474, -31.23)),
            ((179.999_9, 89.999_9), (180.0, 90.0)),
        ] {
            let found = Position::new(lon, lat).unwrap().rough();
            assert_eq!((found.lon, found.lat), rough);
            assert!(found.is_sane() && found.rough() == found);
        }
    }

    #[test]
    fn only_finite_coordinates_in_range_make_a_position() {
        assert_eq!(Position::new(180.0, -90.0), Some(Position { lon: 180.0, lat: -90.0 }));
        for (lon, lat) in [(180.1, 0.0), (0.0, -90.1), (f64::NAN, 0.0), (0.0, f64::NAN), (f64::INFINITY, 1.0)] {
            assert_eq!(Position::new(lon, lat), None, "{lon} {lat}");
        }
    }
}
