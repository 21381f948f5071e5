//! Lists of customers: by name, by distance from a place, or by their last change; a page at a time.

use chrono::{DateTime, Utc};
use domain::place::Position;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{Customer, CustomerRow};
use crate::geography::Geog;
use crate::{StoreError, Tx};

/// What a list is narrowed to; whatever is `None` does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Part of the name, address or external number, in any case.
    pub text: Option<String>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    /// With a pin, or without one.
    pub located: Option<bool>,
    pub external_id: Option<String>,
    pub inside: Option<Frame>,
    /// Created or changed at or after.
    pub updated_since: Option<DateTime<Utc>>,
}

/// A box of WGS-84 degrees; where `west` is greater than `east` it crosses the 180th meridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// Shortest length of one degree of latitude, metres.
const DEGREE_M: f64 = 110_574.0;

impl Frame {
    /// A box that holds every place within `radius_m` of `centre`.
    pub fn around(centre: Position, radius_m: f64) -> Self {
        let lat = radius_m / DEGREE_M;
        let (south, north) = (centre.lat - lat, centre.lat + lat);
        // The parallel nearest to the pole has the shortest degrees.
        let shrink = south.abs().max(north.abs()).min(90.0).to_radians().cos();
        let lon = lat / shrink;
        let (west, east) = (centre.lon - lon, centre.lon + lon);
        if shrink > 0.0 && west >= -180.0 && east <= 180.0 {
            Self { west, south, east, north }
        } else {
            Self { west: -180.0, south, east: 180.0, north }
        }
    }
}

const COLUMNS: &str = "c.id, c.unit_id, c.external_id, c.name, c.address, c.pin, c.pin_otherwise, c.pin_sent_lat, c.pin_sent_lon, \
     c.pin_datum, c.pin_source, c.pin_set_at, c.fence_m, c.version, c.created_at, c.updated_at";

/// Customers by name, after the given name and id; at most `limit`.
///
/// # Errors
/// As any statement.
pub async fn by_name(tx: &mut Tx, wanted: &Wanted, after: Option<(String, Uuid)>, limit: i64) -> Result<Vec<Customer>, StoreError> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(COLUMNS).push(" from customers c");
    narrow(&mut sql, tx, wanted);
    if let Some((name, id)) = after {
        sql.push(" and (c.name, c.id) > (").push_bind(name).push(", ").push_bind(id).push(")");
    }
    sql.push(" order by c.name, c.id limit ").push_bind(limit);
    let rows: Vec<CustomerRow> = sql.build_query_as().fetch_all(&mut *tx).await?;
    rows.into_iter().map(Customer::try_from).collect()
}

/// Customers by their last change, the oldest first, after the given change and id; at most `limit`. Whoever reads on meets a customer
/// that changes meanwhile again, and misses none.
///
/// # Errors
/// As any statement.
pub async fn by_change(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Customer>, StoreError> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(COLUMNS).push(" from customers c");
    narrow(&mut sql, tx, wanted);
    if let Some((changed_at, id)) = after {
        sql.push(" and (c.updated_at, c.id) > (").push_bind(changed_at).push(", ").push_bind(id).push(")");
    }
    sql.push(" order by c.updated_at, c.id limit ").push_bind(limit);
    let rows: Vec<CustomerRow> = sql.build_query_as().fetch_all(&mut *tx).await?;
    rows.into_iter().map(Customer::try_from).collect()
}

#[derive(Debug, sqlx::FromRow)]
struct NearRow {
    #[sqlx(flatten)]
    customer: CustomerRow,
    distance_m: f64,
}

/// Up to this radius, metres, all customers of the circle are looked at; beyond it first how far the page reaches.
const CROWD_M: f64 = 1_000.0;
/// The index orders by distance on a sphere, the list by distance on the ellipsoid: they differ by less than this factor.
const SPHERE: f64 = 1.01;

/// Customers within `radius_m` metres of `centre`, nearest first, after the given distance and id; at most `limit`.
///
/// The candidates come from the plain columns of the box: distance tests of PostGIS cannot be index conditions behind row security.
///
/// # Errors
/// As any statement.
pub async fn by_distance(
    tx: &mut Tx,
    wanted: &Wanted,
    (centre, radius_m): (Position, f64),
    after: Option<(f64, Uuid)>,
    limit: i64,
) -> Result<Vec<(Customer, f64)>, StoreError> {
    let radius_m = if radius_m > CROWD_M {
        let reach_m = page_reach_m(tx, wanted, centre, after.map(|(distance_m, _)| distance_m), limit).await?;
        reach_m.map_or(radius_m, |reach_m| radius_m.min(reach_m))
    } else {
        radius_m
    };
    let mut sql = QueryBuilder::new("select * from (select ");
    sql.push(COLUMNS).push(", st_distance(c.pin, ").push_bind(Geog(centre)).push("::geography) as distance_m from customers c");
    narrow(&mut sql, tx, wanted);
    within(&mut sql, Frame::around(centre, radius_m));
    // The fence keeps the distance from being computed again for every place it is named in.
    sql.push(" offset 0) near where distance_m <= ").push_bind(radius_m);
    if let Some((distance_m, id)) = after {
        sql.push(" and (distance_m, id) > (").push_bind(distance_m).push(", ").push_bind(id).push(")");
    }
    sql.push(" order by distance_m, id limit ").push_bind(limit);
    let rows: Vec<NearRow> = sql.build_query_as().fetch_all(&mut *tx).await?;
    rows.into_iter().map(|row| Ok((Customer::try_from(row.customer)?, row.distance_m))).collect()
}

/// How far, in metres, one must look for `limit` customers beyond `after_m`, walking outward along the index; `None` when there are fewer.
async fn page_reach_m(tx: &mut Tx, wanted: &Wanted, centre: Position, after_m: Option<f64>, limit: i64) -> Result<Option<f64>, StoreError> {
    let centre = Geog(centre);
    let mut sql = QueryBuilder::new("select c.pin <-> ");
    sql.push_bind(centre).push("::geography as sphere_m from customers c");
    narrow(&mut sql, tx, wanted);
    sql.push(" and c.pin is not null");
    if let Some(after_m) = after_m {
        // Surely beyond: the page must not end early because some of them have been shown.
        sql.push(" and (c.pin <-> ").push_bind(centre).push("::geography) > ").push_bind(after_m * SPHERE);
    }
    sql.push(" order by c.pin <-> ").push_bind(centre).push("::geography offset ").push_bind(limit - 1).push(" limit 1");
    let sphere_m: Option<f64> = sql.build_query_scalar().fetch_optional(&mut *tx).await?;
    Ok(sphere_m.map(|sphere_m| sphere_m * SPHERE + 1.0))
}

fn narrow(sql: &mut QueryBuilder<Postgres>, tx: &Tx, wanted: &Wanted) {
    let organisation_id = tx.organisation_id();
    sql.push(" where c.deleted_at is null and c.organisation_id = ").push_bind(organisation_id);
    let mut units = |function: &str, unit_id: Uuid| {
        sql.push(format_args!(" and (c.unit_id in (select {function}(")).push_bind(organisation_id);
        // `is true` keeps it a test of every row against a set that is found once; as a join it may be found anew for every row.
        sql.push(", ").push_bind(unit_id).push("))) is true");
    };
    if let Some(own) = tx.scope().unit_id {
        units("app.units_around", own);
    }
    if let Some(unit_id) = wanted.unit_id {
        units("app.units_within", unit_id);
    }
    if let Some(located) = wanted.located {
        sql.push(if located { " and c.pin is not null" } else { " and c.pin is null" });
    }
    if let Some(external_id) = &wanted.external_id {
        sql.push(" and c.external_id = ").push_bind(external_id.clone());
    }
    if let Some(text) = &wanted.text {
        sql.push(" and strpos(lower(concat_ws(chr(10), c.name, c.external_id, c.address)), lower(").push_bind(text.clone()).push(")) > 0");
    }
    if let Some(frame) = wanted.inside {
        within(sql, frame);
    }
    if let Some(since) = wanted.updated_since {
        sql.push(" and c.updated_at >= ").push_bind(since);
    }
}

fn within(sql: &mut QueryBuilder<Postgres>, frame: Frame) {
    sql.push(" and c.pin_lat between ").push_bind(frame.south).push(" and ").push_bind(frame.north);
    if frame.west <= frame.east {
        sql.push(" and c.pin_lon between ").push_bind(frame.west).push(" and ").push_bind(frame.east);
    } else {
        sql.push(" and (c.pin_lon >= ").push_bind(frame.west).push(" or c.pin_lon <= ").push_bind(frame.east).push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::place::distance_m;

    #[test]
    fn the_box_around_a_place_holds_its_whole_circle() {
        for (lon, lat, radius_m) in [(121.47, 31.23, 50_000.0), (116.39, 53.5, 50_000.0), (179.9, -16.5, 30_000.0), (0.0, 89.9, 20_000.0)] {
            let centre = Position { lon, lat };
            let frame = Frame::around(centre, radius_m);
            for step in 0..3600 {
                let angle = f64::from(step).to_radians() / 10.0;
                // Walk outward until the circle is crossed: every place inside must be in the box.
                let (dlat, dlon) = (angle.sin() * radius_m / 111_000.0, angle.cos() * radius_m / 111_000.0 / lat.to_radians().cos());
                let Some(place) = Position::new(lon + dlon, lat + dlat) else { continue };
                if distance_m(centre, place) <= radius_m {
                    assert!((frame.south..=frame.north).contains(&place.lat), "{place:?} {frame:?}");
                    assert!((frame.west..=frame.east).contains(&place.lon), "{place:?} {frame:?}");
                }
            }
        }
    }
}
