//! `POST /v1/deals`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::people::Role;
use serde::{Deserialize, Serialize};
use store::customers::records as customers;
use store::deals::Deal;
use store::deals::records::{self, NewDeal};
use store::leads::reps;
use store::{Tx, playbook};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::DealBody;
use crate::House;
use crate::customers::fields::trimmed;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Instant, Text};
use crate::http::versions::etag;
use crate::sessions::Caller;

pub type Name = Text<1, 200>;
pub type ExternalId = Text<1, 64>;

/// A deal to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDeal, example = json!({"id": "019adde5-ae07-7000-8000-000000000301", "customer_id": "019adde5-ae07-7000-8000-000000000302",
    "name": "冰柜采购", "segment": "chain_store"}))]
pub struct NewDealBody {
    /// Made by the client; the same id again with the same content answers the same.
    id: Option<Uuid>,
    customer_id: Uuid,
    name: Name,
    /// A code of the organisation's own: lower-case letters, digits and underscores.
    #[schema(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_]{0,39}$")]
    segment: Option<Text<1, 40>>,
    external_id: Option<ExternalId>,
    /// The rep who holds it. What a rep enters is theirs.
    owner_id: Option<Uuid>,
    /// When it was begun, if a phone tells it later.
    begun_at: Option<Instant>,
}

/// Enter a deal
///
/// It begins in the first stage of the playbook, held by the rep who enters it or by `owner_id`. Leads become deals by
/// `POST /v1/leads/{id}/convert`.
#[utoipa::path(post, path = "/v1/deals", tag = "deals", request_body = NewDealBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Entered", body = DealBody, headers(("Location" = String), ("ETag" = String))),
        (status = 200, description = "The id was sent before with the same content", body = DealBody, headers(("ETag" = String))),
        (status = 409, description = "`id_taken`: the id belongs to another deal; `other_content`: it was sent before with other content; `duplicate`: the external
            number belongs to another deal", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<NewDealBody>,
) -> Result<Response, Problem> {
    let (name, segment) = (trimmed(&request.name, "/name")?, segment(request.segment.as_ref())?);
    let (once, now) = (Once::new(caller.id(), "POST /v1/deals", key, &request), house.clock.now());
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let customer = customers::find(&mut tx, request.customer_id).await?.ok_or_else(|| Fault::at("/customer_id", FaultCode::NotKnown))?;
    let (owner_id, unit_id) = holder(&mut tx, &caller, &request).await?;
    let new = NewDeal {
        id: request.id.unwrap_or_else(|| house.ids.next()),
        // What nobody holds yet belongs where its customer does.
        unit_id: unit_id.unwrap_or(customer.unit_id),
        customer_id: customer.id,
        lead_id: None,
        name: &name,
        external_id: request.external_id.as_ref().map(Text::as_str),
        segment: segment.as_deref(),
        owner_id,
        begun_at: request.begun_at.map(|at| at.0.min(now)),
    };
    let made = records::insert(&mut tx, &house.ids, now, &new).await?;
    let deal = if made { records::of_id(&mut tx, new.id).await? } else { sent_before(&mut tx, &new).await? };
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let body = DealBody::told(deal, &playbook, caller.language);
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    once.keep(&mut tx, status, &body, now).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/deals/{}", body.id))];
    Ok((status, location, [(header::ETAG, etag(body.version))], Json(body)).into_response())
}

/// A segment's code.
///
/// # Errors
/// `malformed` at `/segment`.
pub fn segment(told: Option<&Text<1, 40>>) -> Result<Option<String>, Fault> {
    let Some(code) = told else { return Ok(None) };
    let code = code.as_str();
    let is_shaped = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') && !code.starts_with('_');
    if is_shaped { Ok(Some(code.to_owned())) } else { Err(Fault::at("/segment", FaultCode::Malformed).allowing("a-z, 0-9, _")) }
}

/// Who holds the new deal, and the unit that they are of: the rep who entered it, or the one whom it is given to.
async fn holder(tx: &mut Tx, caller: &Caller, request: &NewDealBody) -> Result<(Option<Uuid>, Option<Uuid>), Problem> {
    if caller.role() == Role::Rep {
        if request.owner_id.is_some_and(|owner_id| owner_id != caller.id()) {
            return Err(Problem::with(ProblemKind::NotPermitted, Fault::at("/owner_id", FaultCode::NotAllowed)));
        }
        return Ok((Some(caller.id()), caller.scope.unit_id));
    }
    let Some(owner_id) = request.owner_id else { return Ok((None, None)) };
    let rep = reps::find(tx, owner_id).await?.ok_or_else(|| Fault::at("/owner_id", FaultCode::NotKnown))?;
    Ok((Some(rep.id), Some(rep.unit_id)))
}

/// The deal that has this id already, if it is the one that is being sent again. What became of its name since is no other content.
async fn sent_before(tx: &mut Tx, sent: &NewDeal<'_>) -> Result<Deal, Problem> {
    let kept = records::find(tx, sent.id).await?.ok_or(ProblemKind::IdTaken)?;
    let is_same = kept.customer_id == sent.customer_id
        && (kept.version > 1
            || (kept.name == sent.name && kept.segment.as_deref() == sent.segment && kept.external_id.as_deref() == sent.external_id));
    if is_same { Ok(kept) } else { Err(ProblemKind::OtherContent.into()) }
}
