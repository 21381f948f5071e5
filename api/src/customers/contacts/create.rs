//! `POST /v1/customers/{id}/contacts`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::customers::contacts::{self, Contact};
use store::customers::records;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ContactBody, Email, Name, Phone, RoleCode, Title, known_role};
use crate::House;
use crate::customers::fields::trimmed;
use crate::http::extract::{Json, Path};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// A contact to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "王芳", "title": "店长", "decision_role": "decision_maker"}))]
pub struct NewContact {
    /// Made by a phone that may be offline; the same id again with the same content answers the same.
    id: Option<Uuid>,
    name: Name,
    title: Option<Title>,
    phone: Option<Phone>,
    email: Option<Email>,
    decision_role: RoleCode,
}

/// Add a person at a customer
#[utoipa::path(post, path = "/v1/customers/{id}/contacts", tag = "contacts", request_body = NewContact,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Added", body = ContactBody, headers(("Location" = String), ("ETag" = String))),
        (status = 200, description = "The id was sent before with the same content", body = ContactBody, headers(("ETag" = String))),
        (status = 409, description = "`id_taken`: the id belongs to another contact; `other_content`: it was sent before with other content", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(customer_id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<NewContact>,
) -> Result<Response, Problem> {
    let once = Once::new(caller.id(), "POST /v1/customers/{id}/contacts", key, &(customer_id, &request));
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    records::find(&mut tx, customer_id).await?.ok_or(ProblemKind::NotFound)?;
    let contact = Contact {
        id: request.id.unwrap_or_else(|| house.ids.next()),
        customer_id,
        name: trimmed(&request.name, "/name")?,
        title: request.title.map(Title::into_string),
        phone: request.phone.map(Phone::into_string),
        email: request.email.map(Email::into_string),
        decision_role: known_role(&mut tx, &request.decision_role).await?,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = contacts::insert(&mut tx, &house.ids, &contact).await?;
    let contact = if made { contact } else { sent_before(&mut tx, &contact).await? };
    let (id, version) = (contact.id, contact.version);
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    let body = ContactBody::from(contact);
    once.keep(&mut tx, status, &body, now).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/contacts/{id}"))];
    Ok((status, location, [(header::ETAG, etag(version))], Json(body)).into_response())
}

/// The contact that has this id already, if it is the one that is being sent again.
async fn sent_before(tx: &mut Tx, sent: &Contact) -> Result<Contact, Problem> {
    let Some(kept) = contacts::find(tx, sent.id).await? else { return Err(ProblemKind::IdTaken.into()) };
    let as_sent = Contact { version: kept.version, created_at: kept.created_at, updated_at: kept.updated_at, ..sent.clone() };
    if kept == as_sent { Ok(kept) } else { Err(ProblemKind::OtherContent.into()) }
}
