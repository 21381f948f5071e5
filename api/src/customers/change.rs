//! `PATCH /v1/customers/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::place::Datum;
use serde::Deserialize;
use store::Tx;
use store::customers::pins::PinSource;
use store::customers::{Customer, Pin, fences, records};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{Address, ExternalId, FenceM, Name, given, known_unit, not_for_the_field, trimmed};
use super::shown::{CustomerBody, Manner};
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::present;
use crate::http::versions::{etag, if_match, unchanged};
use crate::place::SentPlace;
use crate::sessions::Caller;

/// What shall be different; what is left out stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, null and a value are three wishes")]
#[schema(example = json!({"pin": {"lat": 31.228_427_7, "lon": 121.478_223_1, "datum": "gcj02"}, "fence_m": 300}))]
pub struct CustomerChange {
    /// Another unit that the caller answers for; not for reps and clerks.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    unit_id: Option<Uuid>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ExternalId>)]
    external_id: Option<Option<ExternalId>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<Name>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Address>)]
    address: Option<Option<Address>>,
    /// Not for reps and clerks. Visits that did not count because of the old pin are judged again.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<SentPlace>)]
    pin: Option<Option<SentPlace>>,
    /// Fence radius of its own, metres; null: the visit policy's. Not for reps and clerks.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<FenceM>)]
    fence_m: Option<Option<FenceM>>,
}

/// Change a customer
///
/// A customer that a unit above the caller's holds can be seen, but not changed: `not_permitted`.
#[utoipa::path(patch, path = "/v1/customers/{id}", tag = "customers", request_body = CustomerChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 200, description = "Changed", body = CustomerBody, headers(("ETag" = String))),
        (status = 409, description = "`duplicate`: the external number belongs to another customer", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(request): Json<CustomerChange>,
) -> Result<Response, Problem> {
    let wanted = if_match(&headers)?;
    for (is_asked, pointer) in
        [(request.unit_id.is_some(), "/unit_id"), (request.pin.is_some(), "/pin"), (request.fence_m.is_some(), "/fence_m")]
    {
        if is_asked {
            not_for_the_field(&caller, pointer)?;
        }
    }
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let before = held(&mut tx, id, wanted).await?;
    let mut after = before.clone();
    if let Some(unit_id) = request.unit_id {
        after.unit_id = known_unit(&mut tx, unit_id).await?;
    }
    if let Some(number) = &request.external_id {
        after.external_id = number.as_ref().map(|number| trimmed(number, "/external_id")).transpose()?;
    }
    if let Some(name) = &request.name {
        after.name = trimmed(name, "/name")?;
    }
    if let Some(address) = &request.address {
        after.address = address.as_ref().map(|address| trimmed(address, "/address")).transpose()?;
    }
    if let Some(pin) = request.pin {
        after.pin = pin.and_then(|place| Pin::new(place.position(), PinSource::Manual, now));
    }
    if let Some(fence_m) = request.fence_m {
        after.own_fence_m = fence_m.map(FenceM::get);
    }
    records::change(&mut tx, &house.ids, now, &before, &after).await?;
    let customer = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let policy_fence_m = fences::in_force_m(&mut tx, now).await?;
    tx.commit().await?;
    let body = Manner { datum: Datum::Wgs84, precision: caller.precision, policy_fence_m }.show(&customer, None);
    Ok(([(header::ETAG, etag(customer.version))], Json(body)).into_response())
}

/// The customer, held for the change that the caller has read version `wanted` for.
///
/// # Errors
/// 404 for one that the caller does not see, 403 for one of a unit above, 412 for another version.
pub(super) async fn held(tx: &mut Tx, id: Uuid, wanted: Option<i32>) -> Result<Customer, Problem> {
    let held = records::hold(tx, id).await?.ok_or(ProblemKind::NotFound)?;
    if !held.is_own {
        return Err(ProblemKind::NotPermitted.into());
    }
    unchanged(wanted, held.customer.version)?;
    Ok(held.customer)
}
