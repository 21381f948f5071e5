//! `POST /v1/customers`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::people::Role;
use domain::place::Datum;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::customers::pins::PinSource;
use store::customers::{Customer, Pin, fences, records};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{Address, ExternalId, FenceM, Name, known_unit, not_for_the_field, trimmed};
use super::shown::{CustomerBody, Manner};
use crate::House;
use crate::http::extract::Json;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::etag;
use crate::place::SentPlace;
use crate::sessions::Caller;

/// A customer to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "晨光便利店（人民路）", "address": "上海市黄浦区人民路 18 号", "external_id": "C-0042",
    "pin": {"lat": 31.228_427_7, "lon": 121.478_223_1, "datum": "gcj02"}}))]
pub struct NewCustomer {
    /// Made by a phone that may be offline; the same id again with the same content answers the same.
    id: Option<Uuid>,
    /// The caller's own unless given.
    unit_id: Option<Uuid>,
    external_id: Option<ExternalId>,
    name: Name,
    address: Option<Address>,
    pin: Option<SentPlace>,
    /// Fence radius of its own, metres; not for reps and clerks.
    fence_m: Option<FenceM>,
}

/// Add a customer
#[utoipa::path(post, path = "/v1/customers", tag = "customers", request_body = NewCustomer,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Added", body = CustomerBody, headers(("Location" = String), ("ETag" = String))),
        (status = 200, description = "The id was sent before with the same content", body = CustomerBody, headers(("ETag" = String))),
        (status = 409, description = "`id_taken`: the id belongs to another customer; `other_content`: it was sent before with other content; `duplicate`: the external
            number belongs to another customer", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<NewCustomer>,
) -> Result<Response, Problem> {
    if request.fence_m.is_some() {
        not_for_the_field(&caller, "/fence_m")?;
    }
    let once = Once::new(caller.id(), "POST /v1/customers", key, &request);
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let customer = describe(&house, &mut tx, &caller, &request).await?;
    // What a rep enters is theirs to look after.
    let owner_id = (caller.role() == Role::Rep).then(|| caller.id());
    let made = records::insert_for(&mut tx, &house.ids, &customer, owner_id).await?;
    let customer = if made { customer } else { sent_before(&mut tx, &customer).await? };
    let policy_fence_m = fences::in_force_m(&mut tx, house.clock.now()).await?;
    let body = Manner { datum: Datum::Wgs84, precision: caller.precision, policy_fence_m }.show(&customer, None);
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    once.keep(&mut tx, status, &body, house.clock.now()).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/customers/{}", customer.id))];
    Ok((status, location, [(header::ETAG, etag(customer.version))], Json(body)).into_response())
}

async fn describe(house: &House, tx: &mut Tx, caller: &Caller, request: &NewCustomer) -> Result<Customer, Problem> {
    let now = house.clock.now();
    let own = caller.scope.unit_id.unwrap_or_default();
    Ok(Customer {
        id: request.id.unwrap_or_else(|| house.ids.next()),
        unit_id: known_unit(tx, request.unit_id.unwrap_or(own)).await?,
        external_id: request.external_id.as_ref().map(|number| trimmed(number, "/external_id")).transpose()?,
        name: trimmed(&request.name, "/name")?,
        address: request.address.as_ref().map(|address| trimmed(address, "/address")).transpose()?,
        pin: request.pin.and_then(|place| Pin::new(place.position(), PinSource::Manual, now)),
        own_fence_m: request.fence_m.map(FenceM::get),
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

/// The customer that has this id already, if it is the one that is being sent again.
async fn sent_before(tx: &mut Tx, sent: &Customer) -> Result<Customer, Problem> {
    let Some(kept) = records::find(tx, sent.id).await? else { return Err(ProblemKind::IdTaken.into()) };
    let content = |customer: &Customer| {
        let customer = customer.clone();
        (customer.unit_id, customer.external_id, customer.name, customer.address, customer.pin.map(|pin| pin.sent), customer.own_fence_m)
    };
    if content(&kept) == content(sent) { Ok(kept) } else { Err(ProblemKind::OtherContent.into()) }
}
