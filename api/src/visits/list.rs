//! Lists of visits, as pages or as a map.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::visits::lists::{self, Filter};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::shown::VisitView;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::geojson::{geojson, wants_geojson};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Instant;
use crate::place::GeoPoint;
use crate::sessions::Caller;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VisitQuery {
    /// One status, several separated by commas, or `all`. Left out, reps see all of theirs and everybody else what counts: `valid`.
    #[serde(default)]
    #[param(
        required = false,
        example = "valid",
        pattern = "^(all|(awaiting_photos|valid|invalid|review)(,(awaiting_photos|valid|invalid|review))*)$"
    )]
    status: Option<String>,
    /// This unit and the ones below it.
    #[serde(default)]
    #[param(required = false)]
    unit_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    rep_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    customer_id: Option<Uuid>,
    /// With an open appeal, or without.
    #[serde(default)]
    #[param(required = false)]
    appealed: Option<bool>,
    /// Started at or after.
    #[serde(default)]
    #[param(required = false)]
    from: Option<Instant>,
    /// Started before.
    #[serde(default)]
    #[param(required = false)]
    to: Option<Instant>,
    /// Changed at or after this instant, in the order of the changes, the oldest first. To follow the changes, ask with `status=all` from a
    /// minute before the newest `updated_at` that you have: a change is seen when it is committed, a moment after the instant that it bears.
    #[serde(default)]
    #[param(required = false)]
    updated_since: Option<Instant>,
    #[serde(default)]
    #[param(required = false)]
    limit: Option<Limit>,
    #[serde(default)]
    #[param(required = false)]
    cursor: Option<String>,
}

/// A page of visits.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitPage {
    pub items: Vec<VisitView>,
    pub next_cursor: Option<String>,
}

/// Visits, newest first
///
/// Supervisors get the visits that count unless they ask otherwise. `Accept: application/geo+json` answers the page as a
/// `FeatureCollection` (RFC 7946), always in WGS-84.
#[utoipa::path(get, path = "/v1/visits", tag = "visits", params(VisitQuery), responses(
    (status = 200, description = "A page", content((VisitPage = "application/json"), (VisitFeatureCollection = "application/geo+json")))))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<VisitQuery>,
    headers: HeaderMap,
) -> Result<([(HeaderName, HeaderValue); 1], Response), Problem> {
    let page = page_of(&house, &caller, query).await?;
    let answer = if wants_geojson(&headers) {
        let features = page.items.into_iter().map(VisitFeature::from).collect();
        geojson(VisitFeatureCollection { r#type: "FeatureCollection", features, next_cursor: page.next_cursor })
    } else {
        Json(VisitPage { items: page.items, next_cursor: page.next_cursor }).into_response()
    };
    // Checks are told in the caller's language.
    Ok(([(header::VARY, HeaderValue::from_static("accept, accept-language"))], answer))
}

async fn page_of(house: &House, caller: &Caller, query: VisitQuery) -> Result<Page<VisitView>, Problem> {
    let limit = limit_of(query.limit);
    let filter = Filter {
        statuses: statuses_of(query.status.as_deref(), caller)?,
        unit_id: query.unit_id,
        rep_id: query.rep_id,
        customer_id: query.customer_id,
        appealed: query.appealed,
        from: query.from.map(|at| at.0),
        to: query.to.map(|at| at.0),
        updated_since: query.updated_since.map(|at| at.0),
        after: decode_moment(query.cursor.as_deref())?,
        limit,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let visits = lists::list(&mut tx, &filter).await?;
    tx.commit().await?;
    let by_change = filter.updated_since.is_some();
    let page = Page::cut(visits, limit, |visit| (if by_change { visit.updated_at } else { visit.started_at }, visit.id));
    Ok(page.map(|visit| VisitView::stored(visit, caller.reader())))
}

const STATUSES: [&str; 4] = ["awaiting_photos", "valid", "invalid", "review"];

fn statuses_of(asked: Option<&str>, caller: &Caller) -> Result<Vec<String>, Problem> {
    match asked {
        None if caller.role().sees_own_only() => Ok(Vec::new()),
        None => Ok(vec!["valid".to_owned()]),
        Some("all") => Ok(Vec::new()),
        Some(list) => {
            let asked: BTreeSet<_> = list.split(',').collect();
            if asked.iter().all(|status| STATUSES.contains(status)) {
                Ok(asked.into_iter().map(str::to_owned).collect())
            } else {
                let fault = Fault::at("?status", FaultCode::NotKnown).allowing(format!("all, {}", STATUSES.join(", ")));
                Err(Problem::with(ProblemKind::MalformedRequest, fault))
            }
        }
    }
}

/// Visits as a `GeoJSON` feature collection (RFC 7946).
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitFeatureCollection {
    #[schema(pattern = "^FeatureCollection$")]
    r#type: &'static str,
    features: Vec<VisitFeature>,
    /// Ask for the next page with `?cursor=`; null on the last page.
    next_cursor: Option<String>,
}

/// A visit as a `GeoJSON` feature (RFC 7946).
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitFeature {
    #[schema(pattern = "^Feature$")]
    r#type: &'static str,
    id: Uuid,
    /// WGS-84; null where the evidence names no place.
    geometry: Option<GeoPoint>,
    properties: VisitView,
}

impl From<VisitView> for VisitFeature {
    fn from(visit: VisitView) -> Self {
        Self { r#type: "Feature", id: visit.id, geometry: visit.position.map(GeoPoint::from), properties: visit }
    }
}
