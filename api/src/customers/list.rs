//! `GET /v1/customers`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::place::{Datum, Position};
use serde::Deserialize;
use store::Tx;
use store::customers::list::{Frame, Wanted, by_change, by_distance, by_name};
use store::customers::{Customer, fences};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::{CustomerBody, FeatureCollection, Manner};
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::geojson::{geojson, wants_geojson};
use crate::http::page::{Limit, Page, decode, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::{Decimal, Instant, Text};
use crate::permissions::PRECISE_POSITIONS;
use crate::place::{DatumName, LonLat, LonLatBox, Precision};
use crate::sessions::Caller;

/// How far `near` reaches unless asked, metres.
const DEFAULT_RADIUS_M: f64 = 5_000.0;

/// Which customers, in which order, and how shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Part of the name, the address or the external number, in any case.
    q: Option<Text<1, 100>>,
    /// This unit and the units below it.
    unit_id: Option<Uuid>,
    /// `true`: with a pin; `false`: without one.
    located: Option<bool>,
    external_id: Option<Text<1, 64>>,
    /// Order by distance from this place (`lon,lat`, in `datum`, which is needed then).
    #[param(value_type = Option<LonLat>)]
    near: Option<LonLat>,
    /// How far `near` reaches, metres; 5000 unless asked.
    radius_m: Option<Decimal<1, 50_000>>,
    /// Only pins in this box (`minlon,minlat,maxlon,maxlat`, in `datum`, which is needed then).
    #[param(value_type = Option<LonLatBox>)]
    bbox: Option<LonLatBox>,
    /// The datum of `near` and `bbox`, and of the pins in the answer (WGS-84 unless asked). GeoJSON geometry is always WGS-84.
    datum: Option<DatumName>,
    /// Created or changed at or after this instant, in the order of the changes, the oldest first; not together with `near`. To follow the
    /// changes, ask from a minute before the newest `updated_at` that you have: a change is seen when it is committed, a moment after the
    /// instant that it bears. What was deleted is not in any list.
    updated_since: Option<Instant>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Customers that the caller sees
///
/// Those of the caller's unit, of the units below it, and of the units above it, which several share. Ordered by name, by distance when
/// `near` is given, or by the last change when `updated_since` is. Keys need `positions:precise` for `near` and `bbox`.
/// `Accept: application/geo+json` answers the page as a `FeatureCollection` (RFC 7946), always in WGS-84.
#[utoipa::path(get, path = "/v1/customers", tag = "customers", params(Asked), responses(
    (status = 200, description = "One page", content((Page<CustomerBody> = "application/json"), (FeatureCollection = "application/geo+json"))),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<([(HeaderName, HeaderValue); 1], Response), Problem> {
    let (page, manner) = page_of(&house, &caller, &asked).await?;
    let answer = if wants_geojson(&headers) {
        let features = page.items.iter().map(|(customer, distance_m)| manner.feature(customer, *distance_m)).collect();
        geojson(FeatureCollection::new(features, page.next_cursor))
    } else {
        Json(page.map(|(customer, distance_m)| manner.show(&customer, distance_m))).into_response()
    };
    Ok(([(header::VARY, HeaderValue::from_static("accept"))], answer))
}

/// A customer, with its distance where that is the order.
type Listed = (Customer, Option<f64>);

/// What was asked for, and how it is shown.
async fn page_of(house: &House, caller: &Caller, asked: &Asked) -> Result<(Page<Listed>, Manner), Problem> {
    may_search_by_place(caller, asked)?;
    let (wanted, near) = understand(asked)?;
    let limit = limit_of(asked.limit);
    let mut tx = house.db.begin(&caller.scope).await?;
    let page = read(&mut tx, &wanted, near, asked.cursor.as_deref(), limit).await?;
    let policy_fence_m = fences::in_force_m(&mut tx, house.clock.now()).await?;
    tx.commit().await?;
    let (datum, precision) = (asked.datum.map_or(Datum::Wgs84, Datum::from), caller.precision);
    Ok((page, Manner { datum, precision, policy_fence_m }))
}

/// Whoever may ask what lies in ever smaller boxes, or how far away something is, needs no coordinates to know them.
fn may_search_by_place(caller: &Caller, asked: &Asked) -> Result<(), Problem> {
    let by_place = [("?near", asked.near.is_some()), ("?bbox", asked.bbox.is_some())].into_iter().find(|(_, is_asked)| *is_asked);
    match (by_place, caller.precision) {
        (Some((pointer, _)), Precision::Rough) => {
            let lacks = Fault::at(pointer, FaultCode::ScopeMissing).allowing(PRECISE_POSITIONS);
            Err(Problem::with(ProblemKind::KeyNotPermitted, lacks))
        }
        _ => Ok(()),
    }
}

pub(crate) type Near = (Position, f64);

pub(crate) fn understand(asked: &Asked) -> Result<(Wanted, Option<Near>), Problem> {
    let refused = |fault: Fault| Problem::with(ProblemKind::MalformedRequest, fault);
    if asked.radius_m.is_some() && asked.near.is_none() {
        return Err(refused(Fault::at("?near", FaultCode::Required)));
    }
    if asked.updated_since.is_some() && asked.near.is_some() {
        return Err(refused(Fault::at("?updated_since", FaultCode::NotAllowed)));
    }
    let datum = match (asked.datum, asked.near.is_some() || asked.bbox.is_some()) {
        (None, true) => return Err(refused(Fault::at("?datum", FaultCode::Required).allowing("wgs84, gcj02, bd09"))),
        (datum, _) => datum.map_or(Datum::Wgs84, Datum::from),
    };
    let near = asked.near.map(|near| near.located(datum, "near")).transpose().map_err(refused)?;
    let inside = asked.bbox.map(|bbox| frame(bbox, datum)).transpose().map_err(refused)?;
    let wanted = Wanted {
        text: asked.q.as_ref().map(|text| text.as_str().to_owned()),
        unit_id: asked.unit_id,
        located: asked.located,
        external_id: asked.external_id.as_ref().map(|text| text.as_str().to_owned()),
        inside,
        updated_since: asked.updated_since.map(|at| at.0),
    };
    Ok((wanted, near.map(|centre| (centre, asked.radius_m.map_or(DEFAULT_RADIUS_M, Decimal::get)))))
}

/// The box in WGS-84; a shifted datum bends it by less than a pixel of any map.
fn frame(bbox: LonLatBox, datum: Datum) -> Result<Frame, Fault> {
    let (lower, upper) = (bbox.lower.corner(datum, "bbox")?, bbox.upper.corner(datum, "bbox")?);
    Ok(Frame { west: lower.lon, south: lower.lat, east: upper.lon, north: upper.lat })
}

/// A page of customers in the order that was asked for.
async fn read(tx: &mut Tx, wanted: &Wanted, near: Option<Near>, cursor: Option<&str>, limit: i64) -> Result<Page<Listed>, Problem> {
    if let Some(near) = near {
        // Bits, because a cursor must name the very number that the database compares with.
        let after = decode::<(u64, Uuid)>(cursor)?.map(|(bits, id)| (f64::from_bits(bits), id));
        let rows = by_distance(tx, wanted, near, after, limit + 1).await?;
        let page = Page::cut(rows, limit, |(customer, distance_m)| (distance_m.to_bits(), customer.id));
        Ok(page.map(|(customer, distance_m)| (customer, Some(distance_m))))
    } else if wanted.updated_since.is_some() {
        let rows = by_change(tx, wanted, decode_moment(cursor)?, limit + 1).await?;
        let page = Page::cut(rows, limit, |customer| (customer.updated_at, customer.id));
        Ok(page.map(|customer| (customer, None)))
    } else {
        let rows = by_name(tx, wanted, decode(cursor)?, limit + 1).await?;
        let page = Page::cut(rows, limit, |customer| (customer.name.clone(), customer.id));
        Ok(page.map(|customer| (customer, None)))
    }
}
