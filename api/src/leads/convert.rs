//! `POST /v1/leads/{id}/convert`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::playbook::ActionKind;
use serde::{Deserialize, Serialize};
use store::customers::contacts::{self, Contact};
use store::customers::{Customer, records};
use store::leads::conversion::{self, NewDeal};
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::fields::told;
use super::shown::LeadBody;
use crate::House;
use crate::customers::contacts::{RoleCode, known_role};
use crate::customers::fields::{Address, ExternalId, Name, trimmed};
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// What the lead becomes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadConversion, example = json!({"customer": {"address": "上海市黄浦区人民路 18 号"}, "decision_role": "decision_maker", "deal": {"name": "门店巡检一期"}}))]
pub struct Conversion {
    /// A customer that is there already; else a new one is made.
    customer_id: Option<Uuid>,
    /// What is to be said of the new customer.
    customer: Option<NewCustomer>,
    deal: Option<DealStub>,
    /// The place of the lead's person in the decision chain: with it, the person becomes a contact of the customer.
    decision_role: Option<RoleCode>,
}

/// A customer made out of a lead.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadCustomer)]
pub struct NewCustomer {
    /// The lead's company or person unless given.
    name: Option<Name>,
    address: Option<Address>,
    external_id: Option<ExternalId>,
}

/// The deal that begins.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadDeal)]
pub struct DealStub {
    /// Made by a phone that may be offline.
    id: Option<Uuid>,
    /// The lead's company or person unless given.
    name: Option<Text<1, 200>>,
}

/// Convert a lead
///
/// Into a customer, new or already there, and a deal that its rep holds; the lead's person becomes a contact of the customer. The answer
/// names both.
#[utoipa::path(post, path = "/v1/leads/{id}/convert", tag = "leads", request_body = Conversion,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is converted", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: it is not qualified, not in the hands of the caller, or over; `id_taken`: the deal's id belongs to another;
            `duplicate`: the external number belongs to another customer", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn convert(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Conversion>,
) -> Result<Response, Problem> {
    if request.customer_id.is_some() && request.customer.is_some() {
        return Err(Fault::at("/customer", FaultCode::NotAllowed).into());
    }
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/convert", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_if(desk.is_in_hand() && desk.lead.owner_id.is_some() && desk.leads_on(ActionKind::LeadConverted))?;
    let customer_id = match request.customer_id {
        Some(id) => records::find(&mut desk.tx, id).await?.ok_or_else(|| Fault::at("/customer_id", FaultCode::NotKnown))?.id,
        None => new_customer(&mut desk, &request.customer.unwrap_or_default()).await?,
    };
    if let Some(role) = &request.decision_role {
        become_contact(&mut desk, customer_id, role).await?;
    }
    let stub = request.deal.unwrap_or_default();
    let name = told(stub.name.as_ref(), "/deal/name")?.unwrap_or_else(|| desk.lead.said.name().to_owned());
    let deal = NewDeal { id: stub.id.unwrap_or_else(|| house.ids.next()), name: &name, customer_id };
    if !conversion::convert(&mut desk.tx, &house.ids, desk.now, &desk.lead, &deal).await? {
        return Err(ProblemKind::IdTaken.into());
    }
    desk.answer().await
}

async fn new_customer(desk: &mut Desk<'_>, wanted: &NewCustomer) -> Result<Uuid, Problem> {
    let name = wanted.name.as_ref().map(|name| trimmed(name, "/customer/name")).transpose()?;
    let customer = Customer {
        id: desk.house.ids.next(),
        unit_id: desk.lead.unit_id,
        external_id: told(wanted.external_id.as_ref(), "/customer/external_id")?,
        name: name.unwrap_or_else(|| desk.lead.said.name().to_owned()),
        address: told(wanted.address.as_ref(), "/customer/address")?,
        pin: None,
        own_fence_m: None,
        version: 1,
        created_at: desk.now,
        updated_at: desk.now,
    };
    records::insert_for(&mut desk.tx, &desk.house.ids, &customer, desk.lead.owner_id).await?;
    Ok(customer.id)
}

/// The lead's person goes on as a contact of the customer, under the id that chat timers know.
async fn become_contact(desk: &mut Desk<'_>, customer_id: Uuid, role: &RoleCode) -> Result<(), Problem> {
    let decision_role = known_role(&mut desk.tx, role).await?;
    let said = &desk.lead.said;
    let contact = Contact {
        id: desk.lead.contact_id,
        customer_id,
        name: said.person.clone().unwrap_or_else(|| said.name().to_owned()).chars().take(100).collect(),
        title: None,
        phone: said.phone.clone(),
        email: said.email.clone(),
        decision_role,
        version: 1,
        created_at: desk.now,
        updated_at: desk.now,
    };
    contacts::insert(&mut desk.tx, &desk.house.ids, &contact).await?;
    Ok(())
}
