//! `POST /v1/documents`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::documents::DocumentKind;
use serde::{Deserialize, Serialize};
use store::customers::is_own_unit;
use store::documents::records::{self, NewDocument};
use store::{Tx, customers, deals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{WholeDocument, whole};
use crate::House;
use crate::attachments::landing::all_arrived;
use crate::customers::fields::trimmed;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// A document to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDocument, example = json!({"kind": "proposal", "title": "好邻居三店巡检方案", "customer_id": "019aadde-5ae0-7000-8000-000000000001",
    "attachment_id": "019aadde-5ae0-7000-8000-000000000201"}))]
pub struct NewDocumentBody {
    /// Made by the client; an id that is taken is refused.
    id: Option<Uuid>,
    #[schema(value_type = lists::DocumentKind)]
    kind: DocumentKind,
    title: Text<1, 200>,
    /// What it was made for; one that has neither goes into the library, which is not for reps to fill. A deal brings its customer along.
    customer_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    /// The file of the first version: declared and uploaded as an attachment.
    attachment_id: Uuid,
}

/// Add a document with its first version
#[utoipa::path(post, path = "/v1/documents", tag = "documents", request_body = NewDocumentBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Added", body = WholeDocument, headers(("Location" = String))),
        (status = 409, description = "`id_taken`: the id belongs to another document", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<NewDocumentBody>,
) -> Result<Response, Problem> {
    let title = trimmed(&request.title, "/title")?;
    let once = Once::new(caller.id(), "POST /v1/documents", key, &request);
    let now = house.clock.now();
    all_arrived(&house, &caller.scope, &[("/attachment_id".to_owned(), request.attachment_id)]).await?;
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let place = place(&mut tx, &caller, request.customer_id, request.deal_id).await?;
    let id = request.id.unwrap_or_else(|| house.ids.next());
    let new = NewDocument {
        id,
        unit_id: place.unit_id,
        kind: request.kind,
        title: &title,
        customer_id: place.customer_id,
        deal_id: request.deal_id,
        created_by: caller.id(),
        attachment_id: request.attachment_id,
    };
    if !records::insert(&mut tx, &house.ids, now, &new).await? {
        return Err(ProblemKind::IdTaken.into());
    }
    let body = whole(&mut tx, id, caller.language).await?;
    once.keep(&mut tx, StatusCode::CREATED, &body, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/documents/{id}"))], Json(body)).into_response())
}

/// Where something about a customer or a deal belongs.
pub struct Place {
    pub unit_id: Uuid,
    pub customer_id: Option<Uuid>,
}

/// The library is not for reps to fill, nor to change.
pub fn may_fill_library(caller: &Caller) -> bool {
    !caller.role().sees_own_only()
}

/// The unit and the customer of what is named; where nothing is, the library of the caller's unit.
///
/// # Errors
/// `not_known` for what the caller does not see, `not_allowed` where deal and customer do not fit, or a rep fills the library.
pub async fn place(tx: &mut Tx, caller: &Caller, customer_id: Option<Uuid>, deal_id: Option<Uuid>) -> Result<Place, Problem> {
    let own = caller.scope.unit_id.unwrap_or_default();
    if let Some(deal_id) = deal_id {
        let deal = deals::records::find(tx, deal_id).await?.ok_or_else(|| Fault::at("/deal_id", FaultCode::NotKnown))?;
        if customer_id.is_some_and(|customer_id| customer_id != deal.customer_id) {
            return Err(Fault::at("/customer_id", FaultCode::NotAllowed).into());
        }
        return Ok(Place { unit_id: deal.unit_id, customer_id: Some(deal.customer_id) });
    }
    let Some(customer_id) = customer_id else {
        if !may_fill_library(caller) {
            return Err(Fault::at("/customer_id", FaultCode::Required).allowing("deal_id, customer_id").into());
        }
        return Ok(Place { unit_id: own, customer_id: None });
    };
    let customer = customers::records::find(tx, customer_id).await?.ok_or_else(|| Fault::at("/customer_id", FaultCode::NotKnown))?;
    // A customer that a unit above holds is shared by those below: what they make for it is theirs.
    let unit_id = if is_own_unit(tx, customer.unit_id).await? { customer.unit_id } else { own };
    Ok(Place { unit_id, customer_id: Some(customer.id) })
}
