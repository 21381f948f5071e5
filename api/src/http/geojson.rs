//! Asking for shapes for maps (RFC 7946) instead of plain JSON.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::extract::Json;

/// The type of `GeoJSON`: always WGS-84, longitude first.
const GEOJSON: &str = "application/geo+json";

/// An answer that is a feature collection.
pub fn geojson(collection: impl Serialize) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON))], Json(collection)).into_response()
}

/// Whether `Accept` names `GeoJSON`, and likes it no less than plain JSON.
pub fn wants_geojson(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weight = |wanted: &str| {
        accept.split(',').find_map(|range| {
            let (essence, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q=")?.trim().parse::<f32>().ok());
            essence.trim().eq_ignore_ascii_case(wanted).then(|| quality.unwrap_or(1.0))
        })
    };
    weight(GEOJSON).is_some_and(|geojson| geojson > 0.0 && geojson >= weight("application/json").unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geojson_is_given_to_those_who_name_it() {
        for (accept, want) in [
            ("", false),
            ("*/*", false),
            ("application/json", false),
            ("application/geo+json", true),
            ("Application/Geo+JSON;q=0.9, */*;q=0.1", true),
            ("application/json, application/geo+json;q=0.5", false),
            ("application/geo+json;q=0", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(wants_geojson(&headers), want, "{accept}");
        }
    }
}
