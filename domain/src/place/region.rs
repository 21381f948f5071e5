//! Which ground a position lies on, as far as map datums and time zones depend on it.
//!
//! The outlines say where map providers shift their coordinates and which clock phones show there; they state nothing about
//! borders. They are coarse on purpose: within a band around a line both readings are offered instead of one being trusted.

use chrono_tz::Tz;

use super::outline::{HONG_KONG, KINMEN, MACAU, MAINLAND, MATSU, Outline, TAIWAN};
use super::{Datum, Position};

/// The mainland outline follows 1:110,000,000 data: a line may lie this far from where it is drawn.
const MAINLAND_DOUBT_M: f64 = 40_000.0;
/// The outlines around Hong Kong, Macau and the islands are drawn finer: 3 km of doubt and 1.5 km for the shift itself.
const LOCAL_DOUBT_M: f64 = 4_500.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Mainland,
    HongKong,
    Macau,
    Taiwan,
    Abroad,
}

impl Ground {
    pub(super) fn under(position: Position) -> Self {
        let within = |outline: &Outline| outline.contains(position);
        if !position.is_sane() || !MAINLAND.is_in_view(position) {
            Self::Abroad
        } else if within(&HONG_KONG) {
            Self::HongKong
        } else if within(&MACAU) {
            Self::Macau
        } else if within(&TAIWAN) || within(&KINMEN) || within(&MATSU) {
            Self::Taiwan
        } else if within(&MAINLAND) {
            Self::Mainland
        } else {
            Self::Abroad
        }
    }
}

/// Whether coordinates of a datum are shifted against WGS-84 at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shifting {
    Never,
    Unlikely,
    Likely,
    Always,
}

/// What the providers of a datum do at a place: Amap and Tencent shift the mainland, Hong Kong and Macau but not Taiwan, some
/// others only the mainland; Baidu, the only source of BD-09, shifts all four. Abroad nobody shifts.
pub(super) fn shifting(datum: Datum, position: Position) -> Shifting {
    let ground = Ground::under(position);
    let near_edge = || is_near_edge(position);
    let near_neighbour = || is_near_neighbour(position);
    match (datum, ground) {
        (Datum::Wgs84, _) => Shifting::Never,
        (_, Ground::Abroad) if near_edge() => Shifting::Unlikely,
        (_, Ground::Abroad) => Shifting::Never,
        (Datum::Gcj02, Ground::HongKong | Ground::Macau) => Shifting::Likely,
        (Datum::Gcj02, Ground::Taiwan) => Shifting::Unlikely,
        (Datum::Gcj02, Ground::Mainland) if near_edge() || near_neighbour() => Shifting::Likely,
        (Datum::Bd09, _) if near_edge() => Shifting::Likely,
        (Datum::Gcj02 | Datum::Bd09, _) => Shifting::Always,
    }
}

fn is_near_edge(position: Position) -> bool {
    MAINLAND.is_in_view(position) && MAINLAND.edge_distance_m(position) <= MAINLAND_DOUBT_M
}

fn is_near_neighbour(position: Position) -> bool {
    [&HONG_KONG, &MACAU, &TAIWAN, &KINMEN, &MATSU].iter().any(|outline| outline.edge_distance_m(position) <= LOCAL_DOUBT_M)
}

/// The zone that a camera's clock most probably shows at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureZone {
    pub zone: Tz,
    /// False when the zone is only an assumption: nothing may then be held against a photo's local time by itself.
    pub certain: bool,
}

/// The capture zone for a photo that states no offset: from the place where the place decides it, else the organisation's zone as
/// an assumption. Never the server's zone.
pub fn capture_zone(position: Option<Position>, organisation_zone: Tz) -> CaptureZone {
    let assumed = CaptureZone { zone: organisation_zone, certain: false };
    let Some(position) = position.filter(|position| !is_near_edge(*position)) else { return assumed };
    let zone = match Ground::under(position) {
        // In Xinjiang many people set their clocks to local time, two hours behind the official one.
        Ground::Mainland if position.lon < 96.5 && position.lat > 34.0 => return CaptureZone { zone: Tz::Asia__Shanghai, certain: false },
        Ground::Mainland => Tz::Asia__Shanghai,
        Ground::HongKong => Tz::Asia__Hong_Kong,
        Ground::Macau => Tz::Asia__Macau,
        Ground::Taiwan => Tz::Asia__Taipei,
        Ground::Abroad => return assumed,
    };
    CaptureZone { zone, certain: true }
}
