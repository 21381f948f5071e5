//! Coordinates as they travel: what enters says its datum, what leaves says it too.

mod sent;
mod shown;

pub use sent::{LonLat, LonLatBox, SentPlace};
pub use shown::{GeoPoint, Pin, PinOrigin, Place, Precision, SentPin};

use domain::place::Datum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which reference a coordinate was measured in. It is never guessed from the numbers.
///
/// `wgs84`: GPS, EXIF, phones' own position services. `gcj02`: Amap, Tencent and `WeChat` maps. `bd09`: Baidu maps, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Datum)]
pub enum DatumName {
    Wgs84,
    Gcj02,
    Bd09,
}

impl From<DatumName> for Datum {
    fn from(name: DatumName) -> Self {
        match name {
            DatumName::Wgs84 => Self::Wgs84,
            DatumName::Gcj02 => Self::Gcj02,
            DatumName::Bd09 => Self::Bd09,
        }
    }
}

impl From<Datum> for DatumName {
    fn from(datum: Datum) -> Self {
        match datum {
            Datum::Wgs84 => Self::Wgs84,
            Datum::Gcj02 => Self::Gcj02,
            Datum::Bd09 => Self::Bd09,
        }
    }
}
