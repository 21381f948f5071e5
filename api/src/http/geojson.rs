//! Shapes for maps (RFC 7946): always WGS-84, longitude first.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A GeoJSON `FeatureCollection` of points, with the page's cursor as a foreign member.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeatureCollection {
    /// `FeatureCollection`
    pub r#type: String,
    pub features: Vec<Feature>,
    pub next_cursor: Option<String>,
}

/// One thing on the map.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feature {
    /// `Feature`
    pub r#type: String,
    pub id: Uuid,
    /// Null where the place is not known.
    pub geometry: Option<Point>,
    /// The thing itself, as JSON lists have it.
    #[schema(value_type = Object)]
    pub properties: Value,
}

/// A point.
#[derive(Debug, Serialize, ToSchema)]
pub struct Point {
    /// `Point`
    pub r#type: String,
    /// Longitude, latitude.
    #[schema(min_items = 2, max_items = 2)]
    pub coordinates: Vec<f64>,
}
