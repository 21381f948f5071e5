//! Where things are on the earth.

use serde::{Deserialize, Serialize};

/// A point on the earth in WGS-84 degrees, longitude first as in `GeoJSON`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub lon: f64,
    pub lat: f64,
}

impl Position {
    /// A position, or `None` when a coordinate is not finite or beyond ±180° of longitude or ±90° of latitude.
    pub fn new(lon: f64, lat: f64) -> Option<Self> {
        // `contains` is false for NaN and for the infinities.
        ((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)).then_some(Self { lon, lat })
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn only_finite_coordinates_in_range_make_a_position() {
        assert_eq!(Position::new(180.0, -90.0), Some(Position { lon: 180.0, lat: -90.0 }));
        for (lon, lat) in [(180.1, 0.0), (0.0, -90.1), (f64::NAN, 0.0), (0.0, f64::NAN), (f64::INFINITY, 1.0)] {
            assert_eq!(Position::new(lon, lat), None, "{lon} {lat}");
        }
    }
}
