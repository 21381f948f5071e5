//! PostGIS points as domain positions: `geography(Point, 4326)`, longitude first. The bridge is EWKB.

use domain::place::Position;
use geozero::wkb::Ewkb;
use geozero::{CoordDimensions, ToGeo, ToWkb};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

/// A position on its way to or from a `geography(Point, 4326)` column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geog(pub Position);

impl Type<Postgres> for Geog {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("geography")
    }
}

impl PgHasArrayType for Geog {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_geography")
    }
}

impl Encode<'_, Postgres> for Geog {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let point = geo_types::Geometry::from(geo_types::Point::new(self.0.lon, self.0.lat));
        buf.extend_from_slice(&point.to_ewkb(CoordDimensions::xy(), Some(4326))?);
        Ok(IsNull::No)
    }
}

impl Decode<'_, Postgres> for Geog {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let geometry = Ewkb(value.as_bytes()?).to_geo()?;
        let point = geo_types::Point::<f64>::try_from(geometry)?;
        Ok(Self(Position::new(point.x(), point.y()).ok_or("a point that is no position")?))
    }
}
