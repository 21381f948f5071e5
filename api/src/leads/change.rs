//! `PATCH /v1/leads/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::people::Role;
use serde::Deserialize;
use store::leads::{Said, records};
use store::playbook;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{Company, Email, ExternalId, Person, Phone, Source, Wish, called, told};
use super::shown::LeadBody;
use crate::House;
use crate::customers::fields::{given, known_unit, not_for_the_field, trimmed};
use crate::http::extract::{Json, Path};
use crate::http::fault::Fault;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::present;
use crate::http::versions::{etag, if_match, unchanged};
use crate::sessions::Caller;

/// What shall be different; what is left out stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, null and a value are three wishes")]
#[schema(example = json!({"phone": "021-5888 1234"}))]
pub struct LeadChange {
    /// Another unit that the caller answers for; not for reps.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    unit_id: Option<Uuid>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ExternalId>)]
    external_id: Option<Option<ExternalId>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    source: Option<Source>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Company>)]
    company: Option<Option<Company>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Person>)]
    person: Option<Option<Person>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Phone>)]
    phone: Option<Option<Phone>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Email>)]
    email: Option<Option<Email>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Wish>)]
    wish: Option<Option<Wish>>,
}

/// Edit a lead
///
/// An edit stops no timer: only the deed that the lead's stage waits for does. Reps edit what they hold.
#[utoipa::path(patch, path = "/v1/leads/{id}", tag = "leads", request_body = LeadChange,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 200, description = "Edited", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`duplicate`: the external number belongs to another lead; `state_forbids`: it was merged into another, or is in the pool and the
            caller is a rep", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(request): Json<LeadChange>,
) -> Result<Response, Problem> {
    let wanted = if_match(&headers)?;
    if request.unit_id.is_some() {
        not_for_the_field(&caller, "/unit_id")?;
    }
    let mut tx = house.db.begin(&caller.scope).await?;
    let before = records::hold(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?.lead;
    unchanged(wanted, before.version)?;
    let is_in_hand = caller.role() != Role::Rep || before.owner_id == Some(caller.id());
    if before.merged_into.is_some() || !is_in_hand {
        return Err(ProblemKind::StateForbids.into());
    }
    let said = changed(&before.said, &request)?;
    let unit_id = match request.unit_id {
        Some(unit_id) => known_unit(&mut tx, unit_id).await?,
        None => before.unit_id,
    };
    records::edit(&mut tx, &house.ids, house.clock.now(), &before, &said, unit_id).await?;
    let lead = records::of_id(&mut tx, id).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    let body = LeadBody::told(lead, &playbook, caller.language);
    Ok(([(header::ETAG, etag(body.version))], Json(body)).into_response())
}

fn changed(before: &Said, request: &LeadChange) -> Result<Said, Fault> {
    let mut said = before.clone();
    if let Some(number) = &request.external_id {
        said.external_id = told(number.as_ref(), "/external_id")?;
    }
    if let Some(source) = &request.source {
        said.source = trimmed(source, "/source")?;
    }
    if let Some(company) = &request.company {
        said.company = told(company.as_ref(), "/company")?;
    }
    if let Some(person) = &request.person {
        said.person = told(person.as_ref(), "/person")?;
    }
    if let Some(phone) = &request.phone {
        said.phone = told(phone.as_ref(), "/phone")?;
    }
    if let Some(email) = &request.email {
        said.email = told(email.as_ref(), "/email")?;
    }
    if let Some(wish) = &request.wish {
        said.wish = told(wish.as_ref(), "/wish")?;
    }
    called(said.company.as_ref(), said.person.as_ref())?;
    Ok(said)
}
