//! Metres between positions.

use geo::{Distance, Geodesic, Point};

use super::Position;

/// Length of the shortest way over the WGS-84 ellipsoid, in metres; the same measure as PostGIS `geography`.
///
/// NaN when either position is not a place on the globe: callers gate with `is_finite() && <=`.
pub fn distance_m(from: Position, to: Position) -> f64 {
    if !(from.is_sane() && to.is_sane()) {
        return f64::NAN;
    }
    Geodesic.distance(Point::new(from.lon, from.lat), Point::new(to.lon, to.lat))
}
