//! `PATCH /v1/deals/{id}/fields`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::deals::fields::{self, FieldFault};
use domain::deals::permitted;
use domain::playbook::{ActionKind, Playbook, SubjectKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::attachments;
use store::deals::deeds::Deed;
use store::deals::records;
use store::playbook;
use utoipa::ToSchema;
use uuid::Uuid;

use super::act::{Recorded, files_in};
use super::desk::Desk;
use crate::House;
use crate::attachments::landing::all_arrived;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Instant;
use crate::sessions::Caller;

/// Fields of the playbook by their codes: a flag, a text, a code of the field's choices, an amount in the smallest unit (fen), a date, or ids
/// of attachments that have landed. Null empties one; what is left out stays.
#[derive(ToSchema)]
#[schema(as = DealFieldValues, example = json!({"quotation_asked": true, "amount": 12_800_000, "signed_on": "2026-12-01"}))]
pub struct FieldsBody(#[expect(dead_code, reason = "only its schema is used")] BTreeMap<String, Value>);

/// What became known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealFacts, example = json!({"id": "019adde5-ae07-7000-8000-000000000312", "fields": {"quotation_asked": true}}))]
pub struct Facts {
    /// Made by the client. Told again with the same content, nothing happens.
    id: Uuid,
    /// When it became known, if a phone tells it later; of two who write one field, the later one is kept.
    occurred_at: Option<Instant>,
    #[schema(value_type = FieldsBody)]
    fields: Map<String, Value>,
}

/// Write facts about a deal
///
/// The conditions of the playbook are looked at in the same transaction: what was the last one missing moves the deal on, at the instant at
/// which it became known. An edit stops no timer by itself.
#[utoipa::path(patch, path = "/v1/deals/{id}/fields", tag = "deals", request_body = Facts, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Written, or was before", body = Recorded, headers(("ETag" = String))),
    (status = 409, description = "`other_content`: the id was told before with other content", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn write(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(request): Json<Facts>,
) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    checked(&playbook, &request.fields)?;
    if request.fields.is_empty() {
        return Err(Fault::at("/fields", FaultCode::TooShort).into());
    }
    let files = files_in(&playbook, &request.fields);
    all_arrived(&house, &caller.scope, &files).await?;
    let mut desk = Desk::open(&house, &caller, id).await?;
    let before = desk.deal.stage.clone();
    if desk.is_news(request.id, &request).await? {
        checked(&desk.playbook, &request.fields)?;
        let done_at = desk.done_at(request.occurred_at)?;
        write_at(&mut desk, request.id, done_at, request.fields, files.into_iter().map(|(_, file)| file)).await?;
    }
    let deal = desk.shown().await?;
    let version = deal.version;
    desk.answer_with(version, Recorded { action_id: request.id, stage_before: before, deal }).await
}

/// Writes fields of a held deal, and puts the files in them to it.
///
/// # Errors
/// As any statement.
pub async fn write_at(
    desk: &mut Desk<'_>,
    id: Uuid,
    done_at: Option<DateTime<Utc>>,
    written: Map<String, Value>,
    files: impl Iterator<Item = Uuid> + Send,
) -> Result<(), Problem> {
    for file in files {
        attachments::hold(&mut desk.tx, file, (SubjectKind::Deal, desk.deal.id), desk.now).await?;
    }
    let deed = Deed { id: Some(id), ..Deed::of(ActionKind::DealChanged, desk.deal.id, done_at, json!({ "fields": written })) };
    desk.record(deed).await
}

/// Refuses what the playbook's fields do not take.
///
/// # Errors
/// Every fault, below `/fields`.
pub fn checked(playbook: &Playbook, written: &Map<String, Value>) -> Result<(), Problem> {
    let declared = permitted::rules(playbook).map(|rules| rules.fields.as_slice()).unwrap_or_default();
    let Err(faults) = fields::check(declared, written) else { return Ok(()) };
    let told = faults.into_iter().map(|(code, fault)| {
        let at = format!("/fields/{}", code.replace('~', "~0").replace('/', "~1"));
        match fault {
            FieldFault::Unknown => Fault::at(at, FaultCode::UnknownField),
            FieldFault::WrongType(kind) => Fault::at(at, FaultCode::WrongType).allowing(kind.as_str()),
            FieldFault::NotAChoice(known) => Fault::at(at, FaultCode::NotKnown).allowing(known.join(", ")),
            FieldFault::Empty => Fault::at(at, FaultCode::TooShort),
            FieldFault::TooLong(most) => Fault::at(at, FaultCode::TooLong).allowing(format!("1..{most}")),
            FieldFault::OutOfRange(bounds) => Fault::at(at, FaultCode::OutOfRange).allowing(bounds),
            FieldFault::Malformed => Fault::at(at, FaultCode::Malformed),
            FieldFault::Twice(n) => Fault::at(format!("{at}/{n}"), FaultCode::Duplicate),
        }
    });
    Err(told.collect::<Vec<_>>().into())
}
