//! The three datums that coordinates come in, and the way to the one they are kept in.

use serde::{Deserialize, Serialize};

use super::Position;
use super::region::{Ground, Shifting, shifting};
use super::shift::{bd09_from_gcj02, gcj02_from_bd09, gcj02_from_wgs84, wgs84_from_gcj02};

/// Which reference a coordinate was measured in. It is always declared by the sender and never guessed from the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datum {
    /// GPS, EXIF, phones' own position services.
    Wgs84,
    /// Amap and Tencent, and so the maps inside `WeChat`.
    Gcj02,
    /// Baidu maps.
    Bd09,
}

/// A coordinate as it travels: degrees in the datum it names.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentPosition {
    pub lat: f64,
    pub lon: f64,
    pub datum: Datum,
}

/// A sent coordinate in WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Located {
    pub position: Position,
    /// The other reading of the same coordinate, where map providers differ on whether the ground is shifted.
    /// Distances are then measured to both and the shorter one counts.
    pub otherwise: Option<Position>,
}

impl SentPosition {
    /// This coordinate in WGS-84; `None` when it is no coordinate at all (NaN, infinite, off the globe).
    pub fn to_wgs84(&self) -> Option<Located> {
        let sent = Position::new(self.lon, self.lat)?;
        let unshifted = || match self.datum {
            Datum::Wgs84 => sent,
            Datum::Gcj02 => wgs84_from_gcj02(sent),
            Datum::Bd09 => wgs84_from_gcj02(gcj02_from_bd09(sent)),
        };
        let (position, otherwise) = match shifting(self.datum, sent) {
            Shifting::Never => (sent, None),
            Shifting::Always => (unshifted(), None),
            Shifting::Likely => (unshifted(), Some(sent)),
            Shifting::Unlikely => (sent, Some(unshifted())),
        };
        Some(Located { position, otherwise })
    }

    /// A WGS-84 position as a map of the given datum shows it.
    pub fn from_wgs84(position: Position, datum: Datum) -> Self {
        let shown = match (datum, shifting(datum, position)) {
            (Datum::Wgs84, _) | (_, Shifting::Never | Shifting::Unlikely) => position,
            (Datum::Gcj02, _) => gcj02_from_wgs84(position),
            (Datum::Bd09, _) => bd09_from_gcj02(gcj02_from_wgs84(position)),
        };
        Self { lat: shown.lat, lon: shown.lon, datum }
    }

    /// Whether latitude and longitude were probably sent in each other's place: impossible as sent and possible the other way
    /// round, or on Chinese ground only the other way round. A reason to ask the sender, never to turn them round silently.
    pub fn looks_swapped(&self) -> bool {
        let Some(turned) = Position::new(self.lat, self.lon) else { return false };
        match Position::new(self.lon, self.lat) {
            None => true,
            Some(sent) => Ground::under(sent) == Ground::Abroad && Ground::under(turned) != Ground::Abroad,
        }
    }
}
