//! The arithmetic of the shifted datums, applied unconditionally: *whether* a place is shifted is decided in `region`.
//!
//! GCJ-02 adds a metre-like offset that is a polynomial plus sine series of the distance from 105° E 35° N, turned into
//! degrees on the Krasovsky ellipsoid. BD-09 turns GCJ-02 a little further in polar form. Both are published by nobody and
//! known to everybody; five independent implementations agree to 1.5e-9 m.

use std::f64::consts::PI;

use super::Position;

/// Krasovsky 1940: equatorial radius in metres and first eccentricity squared.
const KRASOVSKY_RADIUS_M: f64 = 6_378_245.0;
const KRASOVSKY_ECCENTRICITY2: f64 = 0.006_693_421_622_965_943;

/// Refinement of an inverse ends below this many degrees (about 10 µm).
const INVERSE_TOLERANCE_DEG: f64 = 1e-10;
/// Measured over China: four refinements reach nanometres. The cap only ends the loop on places the formula was not made for.
const INVERSE_ROUNDS: usize = 12;

const BD_ANGLE: f64 = PI * 3000.0 / 180.0;

/// WGS-84 → GCJ-02.
pub(super) fn gcj02_from_wgs84(wgs: Position) -> Position {
    let (x, y) = (wgs.lon - 105.0, wgs.lat - 35.0);
    let (east_m, north_m) = (east_offset_m(x, y), north_offset_m(x, y));
    let latitude = wgs.lat.to_radians();
    let flattening = 1.0 - KRASOVSKY_ECCENTRICITY2 * latitude.sin().powi(2);
    let meridian_radius_m = KRASOVSKY_RADIUS_M * (1.0 - KRASOVSKY_ECCENTRICITY2) / (flattening * flattening.sqrt());
    let parallel_radius_m = KRASOVSKY_RADIUS_M / flattening.sqrt() * latitude.cos();
    Position { lon: wgs.lon + (east_m / parallel_radius_m).to_degrees(), lat: wgs.lat + (north_m / meridian_radius_m).to_degrees() }
}

/// GCJ-02 → WGS-84, by repeating the forward formula until it lands on the given point.
pub(super) fn wgs84_from_gcj02(gcj: Position) -> Position {
    inverse(gcj, gcj02_from_wgs84)
}

/// GCJ-02 → BD-09.
pub(super) fn bd09_from_gcj02(gcj: Position) -> Position {
    let radius = gcj.lon.hypot(gcj.lat) + 0.000_02 * (gcj.lat * BD_ANGLE).sin();
    let angle = gcj.lat.atan2(gcj.lon) + 0.000_003 * (gcj.lon * BD_ANGLE).cos();
    Position { lon: radius * angle.cos() + 0.006_5, lat: radius * angle.sin() + 0.006 }
}

/// BD-09 → GCJ-02.
pub(super) fn gcj02_from_bd09(bd: Position) -> Position {
    inverse(bd, bd09_from_gcj02)
}

fn inverse(target: Position, forward: fn(Position) -> Position) -> Position {
    let mut guess = target;
    for _ in 0..INVERSE_ROUNDS {
        let landed = forward(guess);
        let (lon_error, lat_error) = (landed.lon - target.lon, landed.lat - target.lat);
        guess = Position { lon: guess.lon - lon_error, lat: guess.lat - lat_error };
        if lon_error.abs() < INVERSE_TOLERANCE_DEG && lat_error.abs() < INVERSE_TOLERANCE_DEG {
            break;
        }
    }
    guess
}

fn north_offset_m(x: f64, y: f64) -> f64 {
    -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + fine_waves_m(x)
        + waves_m(y, [(20.0, 1.0), (40.0, 1.0 / 3.0)])
        + waves_m(y, [(160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0)])
}

fn east_offset_m(x: f64, y: f64) -> f64 {
    300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + fine_waves_m(x)
        + waves_m(x, [(20.0, 1.0), (40.0, 1.0 / 3.0)])
        + waves_m(x, [(150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0)])
}

/// The short waves along the longitude that both axes share.
fn fine_waves_m(x: f64) -> f64 {
    waves_m(x, [(20.0, 6.0), (20.0, 2.0)])
}

/// Two sines of `(amplitude, frequency in half turns per degree)`, scaled by two thirds as the whole formula is.
fn waves_m(degrees: f64, waves: [(f64, f64); 2]) -> f64 {
    waves.iter().map(|(amplitude, frequency)| amplitude * (degrees * PI * frequency).sin()).sum::<f64>() * 2.0 / 3.0
}
