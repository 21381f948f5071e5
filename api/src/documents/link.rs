//! `POST /v1/documents/{id}/links`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Tx;
use store::customers::contacts;
use store::documents::links::{self, NewLink, Which};
use store::documents::sharings::{self, With};
use store::documents::{Document, Version, records};
use utoipa::ToSchema;
use uuid::Uuid;

use super::create::place;
use super::shown::LinkBody;
use crate::House;
use crate::customers::fields::trimmed;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Instant, Text, Whole};
use crate::sessions::Caller;

/// How long a link lives unless it is said, and at most.
const LIVES_FOR: TimeDelta = TimeDelta::days(30);
const LIVES_AT_MOST: TimeDelta = TimeDelta::days(365);

/// A link to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDocumentLink, example = json!({"recipient": "王芳", "expires_at": "2026-12-24T10:00:00+08:00"}))]
pub struct NewLinkBody {
    /// Made by the client; an id that is taken is refused.
    id: Option<Uuid>,
    /// The newest unless said otherwise.
    of_version: Option<Whole<1, 100_000>>,
    /// Whom it is for: a contact of the customer, or a name.
    contact_id: Option<Uuid>,
    recipient: Option<Text<1, 100>>,
    /// With whom a document of the library is shared; one that was made for a customer is shared with that customer.
    customer_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    /// In 30 days unless said otherwise; in a year at most.
    #[schema(value_type = Option<Instant>)]
    expires_at: Option<Instant>,
}

/// A fresh link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FreshDocumentLink)]
pub struct FreshLink {
    #[serde(flatten)]
    link: LinkBody,
    /// What to send. Shown this once; null when the request is repeated.
    #[schema(example = "https://fieldproof.example.com/d/qJ5y0T0l0a6cXHnWmR3v8y2s9wK1bPZxE4uVtLdFgAo")]
    url: Option<String>,
}

/// Make a link to a document
///
/// For one recipient, whose openings it tells. It leads to one version, reveals nothing else, and can be revoked.
#[utoipa::path(post, path = "/v1/documents/{id}/links", tag = "documents", request_body = NewLinkBody,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Made", body = FreshLink),
        (status = 409, description = "`id_taken`: the id belongs to another link;
            `state_forbids`: this version was taken back from that customer", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn link(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<NewLinkBody>,
) -> Result<Response, Problem> {
    let (now, once) = (house.clock.now(), Once::new(caller.id(), "POST /v1/documents/{id}/links", key, &(id, &request)));
    let expires_at = expiry(&request, now)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let document = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let version = version(&mut tx, id, request.of_version).await?;
    let with = with(&mut tx, &caller, &document, &request).await?;
    let recipient = recipient(&mut tx, &request, with.customer_id).await?;
    records::hold(&mut tx, id).await?;
    if sharings::is_withdrawn(&mut tx, version.id, with.customer_id).await? {
        return Err(ProblemKind::StateForbids.into());
    }
    let sharing_id = sharings::share(&mut tx, &house.ids, now, (&document, &version), with).await?;
    let token = URL_SAFE_NO_PAD.encode(platform::secrets::random_32());
    let new = NewLink {
        id: request.id.unwrap_or_else(|| house.ids.next()),
        sharing_id,
        contact_id: request.contact_id,
        recipient: &recipient,
        token_sha256: &Sha256::digest(&token),
        expires_at,
    };
    if !links::insert(&mut tx, &house.ids, now, caller.id(), &new).await? {
        return Err(ProblemKind::IdTaken.into());
    }
    let link = links::list(&mut tx, Which::One(new.id)).await?.pop().ok_or(ProblemKind::Bug)?;
    let mut fresh = FreshLink { link: link.into(), url: None };
    once.keep(&mut tx, StatusCode::CREATED, &fresh, now).await?;
    tx.commit().await?;
    fresh.url = Some(format!("{}/d/{token}", house.settings.public_url.trim_end_matches('/')));
    Ok((StatusCode::CREATED, Json(fresh)).into_response())
}

fn expiry(request: &NewLinkBody, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let at = request.expires_at.map_or(now + LIVES_FOR, |at| at.0);
    if at > now && at <= now + LIVES_AT_MOST {
        Ok(at)
    } else {
        Err(Fault::at("/expires_at", FaultCode::OutOfRange).allowing("0..365 days"))
    }
}

async fn version(tx: &mut Tx, document_id: Uuid, asked: Option<Whole<1, 100_000>>) -> Result<Version, Problem> {
    let number = asked.map(Whole::get);
    let found =
        records::versions(tx, document_id).await?.into_iter().rfind(|one| number.is_none_or(|number| i64::from(one.number) == number));
    found.ok_or_else(|| Fault::at("/of_version", FaultCode::NotKnown).into())
}

/// With whom it is shared: what was made for a customer, with that customer; about which of its deals may be said.
async fn with(tx: &mut Tx, caller: &Caller, document: &Document, request: &NewLinkBody) -> Result<With, Problem> {
    let of_other = |own: Option<Uuid>, asked: Option<Uuid>| own.is_some() && asked.is_some() && own != asked;
    if of_other(document.customer_id, request.customer_id) {
        return Err(Fault::at("/customer_id", FaultCode::NotAllowed).into());
    }
    if of_other(document.deal_id, request.deal_id) {
        return Err(Fault::at("/deal_id", FaultCode::NotAllowed).into());
    }
    if document.customer_id.is_some() && request.deal_id.is_none_or(|deal_id| Some(deal_id) == document.deal_id) {
        let customer_id = document.customer_id.unwrap_or_default();
        return Ok(With { customer_id, deal_id: document.deal_id, unit_id: document.unit_id });
    }
    if request.customer_id.is_none() && request.deal_id.is_none() {
        return Err(Fault::at("/customer_id", FaultCode::Required).allowing("deal_id, customer_id").into());
    }
    let place = place(tx, caller, request.customer_id.or(document.customer_id), request.deal_id).await?;
    let customer_id = place.customer_id.ok_or_else(|| Fault::at("/customer_id", FaultCode::Required))?;
    Ok(With { customer_id, deal_id: request.deal_id, unit_id: place.unit_id })
}

async fn recipient(tx: &mut Tx, request: &NewLinkBody, customer_id: Uuid) -> Result<String, Problem> {
    let named = request.recipient.as_ref().map(|name| trimmed(name, "/recipient")).transpose()?;
    let Some(contact_id) = request.contact_id else {
        return named.ok_or_else(|| Fault::at("/recipient", FaultCode::Required).allowing("contact_id, recipient").into());
    };
    let contact = contacts::find(tx, contact_id).await?.filter(|contact| contact.customer_id == customer_id);
    let contact = contact.ok_or_else(|| Fault::at("/contact_id", FaultCode::NotKnown))?;
    Ok(named.unwrap_or(contact.name))
}
