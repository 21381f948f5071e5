//! `POST /v1/leads`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::people::Role;
use serde::{Deserialize, Serialize};
use store::leads::records::{self, NewLead};
use store::leads::{Lead, Said, deeds, reps};
use store::{Tx, playbook};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fields::{Company, Email, ExternalId, Person, Phone, Source, Wish, called, told};
use super::shown::LeadBody;
use crate::House;
use crate::customers::fields::{known_unit, trimmed};
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::etag;
use crate::sessions::Caller;

/// A lead to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLead, example = json!({"source": "exhibition", "company": "上海晨光文具有限公司", "person": "王芳", "phone": "138 0013 8000",
    "wish": "想了解门店巡检，先要一份报价。"}))]
pub struct NewLeadBody {
    /// Made by the client; the same id again with the same content answers the same.
    id: Option<Uuid>,
    /// The caller's own unless given.
    unit_id: Option<Uuid>,
    external_id: Option<ExternalId>,
    /// Where it came from, in the organisation's own words: `exhibition`, `website`, `referral`.
    source: Source,
    /// Company or person is needed.
    company: Option<Company>,
    person: Option<Person>,
    /// As it is written; an extension may follow.
    phone: Option<Phone>,
    email: Option<Email>,
    wish: Option<Wish>,
    /// The rep to offer it to at once. What a rep enters is theirs.
    owner_id: Option<Uuid>,
}

/// Enter a lead
///
/// It goes into the pool of its unit, or is offered to `owner_id`; what a rep enters is theirs at once.
#[utoipa::path(post, path = "/v1/leads", tag = "leads", request_body = NewLeadBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Entered", body = LeadBody, headers(("Location" = String), ("ETag" = String))),
        (status = 200, description = "The id was sent before with the same content", body = LeadBody, headers(("ETag" = String))),
        (status = 409, description = "`id_taken`: the id belongs to another lead; `other_content`: it was sent before with other content; `duplicate`: the external
            number belongs to another lead", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<NewLeadBody>,
) -> Result<Response, Problem> {
    let said = said(&request)?;
    let once = Once::new(caller.id(), "POST /v1/leads", key, &request);
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let unit_id = known_unit(&mut tx, request.unit_id.or(caller.scope.unit_id).unwrap_or_default()).await?;
    let new = NewLead { id: request.id.unwrap_or_else(|| house.ids.next()), unit_id, contact_id: house.ids.next(), said };
    let made = records::insert(&mut tx, &house.ids, now, &new).await?;
    let lead = if made {
        give(&house, &mut tx, &caller, new.id, request.owner_id).await?;
        records::of_id(&mut tx, new.id).await?
    } else {
        sent_before(&mut tx, &new).await?
    };
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let body = LeadBody::told(lead, &playbook, caller.language);
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    once.keep(&mut tx, status, &body, now).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/leads/{}", body.id))];
    Ok((status, location, [(header::ETAG, etag(body.version))], Json(body)).into_response())
}

fn said(request: &NewLeadBody) -> Result<Said, Fault> {
    let said = Said {
        external_id: told(request.external_id.as_ref(), "/external_id")?,
        source: trimmed(&request.source, "/source")?,
        company: told(request.company.as_ref(), "/company")?,
        person: told(request.person.as_ref(), "/person")?,
        phone: told(request.phone.as_ref(), "/phone")?,
        email: told(request.email.as_ref(), "/email")?,
        wish: told(request.wish.as_ref(), "/wish")?,
    };
    called(said.company.as_ref(), said.person.as_ref())?;
    Ok(said)
}

/// Who gets the new lead: the rep who entered it, or the one whom it is offered to.
async fn give(house: &House, tx: &mut Tx, caller: &Caller, id: Uuid, owner_id: Option<Uuid>) -> Result<(), Problem> {
    let (now, lead) = (house.clock.now(), records::of_id(tx, id).await?);
    if caller.role() == Role::Rep {
        if owner_id.is_some_and(|owner_id| owner_id != caller.id()) {
            return Err(Problem::with(ProblemKind::NotPermitted, Fault::at("/owner_id", FaultCode::NotAllowed)));
        }
        return Ok(deeds::take(tx, &house.ids, now, &lead, caller.id()).await?);
    }
    let Some(owner_id) = owner_id else { return Ok(()) };
    let rep = reps::find(tx, owner_id).await?.ok_or_else(|| Fault::at("/owner_id", FaultCode::NotKnown))?;
    Ok(deeds::offer(tx, &house.ids, now, &lead, &rep).await?)
}

/// The lead that has this id already, if it is the one that is being sent again.
async fn sent_before(tx: &mut Tx, sent: &NewLead) -> Result<Lead, Problem> {
    let kept = records::find(tx, sent.id).await?.ok_or(ProblemKind::IdTaken)?;
    if kept.said == sent.said { Ok(kept) } else { Err(ProblemKind::OtherContent.into()) }
}
