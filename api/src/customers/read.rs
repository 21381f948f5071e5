//! `GET /v1/customers/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::place::Datum;
use serde::Deserialize;
use store::customers::{fences, records};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::{CustomerBody, Manner};
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;
use crate::place::DatumName;
use crate::sessions::Caller;

/// How the answer is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Shown {
    /// The datum of the pin in the answer; WGS-84 unless asked.
    datum: Option<DatumName>,
}

/// One customer
#[utoipa::path(get, path = "/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path), Shown), responses(
    (status = 200, description = "The customer", body = CustomerBody, headers(("ETag" = String))),
))]
pub async fn read(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(shown): Query<Shown>,
) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let customer = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let policy_fence_m = fences::in_force_m(&mut tx, house.clock.now()).await?;
    tx.commit().await?;
    let (datum, precision) = (shown.datum.map_or(Datum::Wgs84, Datum::from), caller.precision);
    let manner = Manner { datum, precision, policy_fence_m };
    Ok(([(header::ETAG, etag(customer.version))], Json(manner.show(&customer, None))).into_response())
}
