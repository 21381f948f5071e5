//! `PATCH /v1/contacts/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::Tx;
use store::customers::contacts::{self, Contact};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ContactBody, Email, Name, Phone, RoleCode, Title, known_role};
use crate::House;
use crate::customers::fields::{given, trimmed};
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::present;
use crate::http::versions::{etag, if_match, unchanged};
use crate::sessions::Caller;

/// What shall be different; what is left out stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, null and a value are three wishes")]
#[schema(example = json!({"decision_role": "economic_buyer"}))]
pub struct ContactChange {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<Name>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Title>)]
    title: Option<Option<Title>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Phone>)]
    phone: Option<Option<Phone>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Email>)]
    email: Option<Option<Email>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    decision_role: Option<RoleCode>,
}

/// Change a contact
#[utoipa::path(patch, path = "/v1/contacts/{id}", tag = "contacts", request_body = ContactChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 200, description = "Changed", body = ContactBody, headers(("ETag" = String))),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(request): Json<ContactChange>,
) -> Result<Response, Problem> {
    let wanted = if_match(&headers)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let before = held(&mut tx, id, wanted).await?;
    let mut after = before.clone();
    if let Some(name) = &request.name {
        after.name = trimmed(name, "/name")?;
    }
    if let Some(title) = request.title {
        after.title = title.map(Title::into_string);
    }
    if let Some(phone) = request.phone {
        after.phone = phone.map(Phone::into_string);
    }
    if let Some(email) = request.email {
        after.email = email.map(Email::into_string);
    }
    // A role that was retired since may stay where it is.
    if let Some(code) = request.decision_role.filter(|code| code.as_str() != before.decision_role) {
        after.decision_role = known_role(&mut tx, &code).await?;
    }
    contacts::change(&mut tx, &house.ids, house.clock.now(), &before, &after).await?;
    let contact = contacts::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(([(header::ETAG, etag(contact.version))], Json(ContactBody::from(contact))).into_response())
}

/// The contact, held for the change that the caller has read version `wanted` for.
///
/// # Errors
/// 404 for one that the caller does not see, 412 for another version.
pub(super) async fn held(tx: &mut Tx, id: Uuid, wanted: Option<i32>) -> Result<Contact, Problem> {
    let contact = contacts::hold(tx, id).await?.ok_or(ProblemKind::NotFound)?;
    unchanged(wanted, contact.version)?;
    Ok(contact)
}
