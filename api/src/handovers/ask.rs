//! `POST /v1/handovers`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::handovers::DEPARTMENTS;
use domain::people::Role;
use serde::{Deserialize, Serialize};
use store::customers::is_own_unit;
use store::handovers::deeds::{self, NewHandover};
use store::handovers::{Handover, records};
use store::{Tx, customers, deals};
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::{HandoverBody, told};
use crate::House;
use crate::customers::fields::trimmed;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Instant, Text};
use crate::sessions::Caller;

/// What somebody needs, or has to say about it.
pub type Words = Text<1, 2000>;

/// A hand-over to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHandover, example = json!({"department": "legal", "customer_id": "019aadde-5ae0-7000-8000-000000000001", "need": "客户要改付款条款，请给出能接受的版本。"}))]
pub struct NewHandoverBody {
    /// Made by the client; the same id again with the same content answers the same.
    id: Option<Uuid>,
    /// Whom it is asked of.
    #[schema(value_type = lists::DepartmentName)]
    department: Role,
    /// What it is about; a deal brings its customer along.
    deal_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    need: Words,
    /// When it is wanted.
    #[schema(value_type = Option<Instant>)]
    due_at: Option<Instant>,
}

/// Ask another department for something
///
/// About a deal or a customer. The department is told at once, and again when it has not answered in the playbook's time.
#[utoipa::path(post, path = "/v1/handovers", tag = "handovers", request_body = NewHandoverBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 201, description = "Asked", body = HandoverBody, headers(("Location" = String))),
        (status = 200, description = "The id was sent before with the same content", body = HandoverBody),
        (status = 409, description = "`id_taken`: the id belongs to another hand-over; `other_content`: it was sent before with other content",
            body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn ask(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(request): Json<NewHandoverBody>,
) -> Result<Response, Problem> {
    if !DEPARTMENTS.contains(&request.department) {
        return Err(Fault::at("/department", FaultCode::NotKnown).allowing(DEPARTMENTS.map(Role::as_str).join(", ")).into());
    }
    let need = trimmed(&request.need, "/need")?;
    let once = Once::new(caller.id(), "POST /v1/handovers", key, &request);
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let about = about(&mut tx, &caller, &request).await?;
    let id = request.id.unwrap_or_else(|| house.ids.next());
    let new = NewHandover {
        id,
        unit_id: about.unit_id,
        asked_by: caller.id(),
        from_role: caller.role(),
        department: request.department,
        customer_id: about.customer_id,
        deal_id: request.deal_id,
        name: &about.name,
        need: &need,
        due_at: request.due_at.map(|at| at.0),
    };
    let made = deeds::ask(&mut tx, &house.ids, now, &new).await?;
    let kept = records::find(&mut tx, id).await?.ok_or(ProblemKind::IdTaken)?;
    if !made {
        same(&mut tx, &kept, &new).await?;
    }
    let body = told(&mut tx, vec![kept], caller.language, now).await?.pop().ok_or(ProblemKind::Bug)?;
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    once.keep(&mut tx, status, &body, now).await?;
    tx.commit().await?;
    Ok((status, [(header::LOCATION, format!("/v1/handovers/{id}"))], Json(body)).into_response())
}

/// What it is about: where its recipients are looked for, and what it is called.
struct About {
    unit_id: Uuid,
    customer_id: Uuid,
    name: String,
}

async fn about(tx: &mut Tx, caller: &Caller, request: &NewHandoverBody) -> Result<About, Problem> {
    if let Some(deal_id) = request.deal_id {
        let deal = deals::records::find(tx, deal_id).await?.ok_or_else(|| Fault::at("/deal_id", FaultCode::NotKnown))?;
        if request.customer_id.is_some_and(|customer_id| customer_id != deal.customer_id) {
            return Err(Fault::at("/customer_id", FaultCode::NotAllowed).into());
        }
        return Ok(About { unit_id: deal.unit_id, customer_id: deal.customer_id, name: deal.name });
    }
    let id = request.customer_id.ok_or_else(|| Fault::at("/customer_id", FaultCode::Required).allowing("deal_id, customer_id"))?;
    let customer = customers::records::find(tx, id).await?.ok_or_else(|| Fault::at("/customer_id", FaultCode::NotKnown))?;
    // A customer that a unit above holds is shared by those below: the request is of the unit that asks.
    let is_own = is_own_unit(tx, customer.unit_id).await?;
    let unit_id = if is_own { customer.unit_id } else { caller.scope.unit_id.unwrap_or(customer.unit_id) };
    Ok(About { unit_id, customer_id: customer.id, name: customer.name })
}

/// Whether what has this id already is the one that is being sent again.
async fn same(tx: &mut Tx, kept: &Handover, sent: &NewHandover<'_>) -> Result<(), Problem> {
    let first = records::turns(tx, &[kept.id]).await?.into_iter().next();
    let is_same = kept.asked_by == sent.asked_by
        && kept.department == sent.department.as_str()
        && (kept.customer_id, kept.deal_id) == (sent.customer_id, sent.deal_id)
        && kept.due_at == sent.due_at
        && first.is_some_and(|turn| turn.need == sent.need);
    if is_same { Ok(()) } else { Err(ProblemKind::OtherContent.into()) }
}
