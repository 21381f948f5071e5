//! `POST /v1/deals/{id}/actions`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::deals::{fields, permitted};
use domain::playbook::{ActionKind, Playbook, SubjectKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::attachments;
use store::deals::deeds::Deed;
use store::deals::records;
use store::playbook;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::Desk;
use super::said::Said;
use super::shown::DealBody;
use super::told::{AnyData, TOLD, read};
use super::write::{FieldsBody, checked};
use crate::House;
use crate::attachments::landing::all_arrived;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Instant;
use crate::permissions::DEAL_WORKERS;
use crate::sessions::Caller;

/// Something that was done about a deal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDealAction, example = json!({"id": "019adde5-ae07-7000-8000-000000000311", "kind": "deal.needs_recorded",
    "fields": {"pain": "盘点要两个人两天", "budget_band": "below_100k", "time_frame": "年底前"}}))]
pub struct NewAction {
    /// Made by the client. Told again with the same content, nothing happens.
    id: Uuid,
    #[schema(value_type = lists::DealActionKind)]
    kind: String,
    /// When it was done, if a phone tells it later; not before the deal began.
    occurred_at: Option<Instant>,
    /// What is said about it, by its kind.
    #[serde(default)]
    #[schema(value_type = AnyData, required = false)]
    data: Map<String, Value>,
    /// Fields of the playbook that became known with it; null empties one.
    #[serde(default)]
    #[schema(value_type = FieldsBody, required = false)]
    fields: Map<String, Value>,
}

/// What followed from it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealActionRecorded)]
pub struct Recorded {
    pub action_id: Uuid,
    /// The stage that the deal was in before; another than it is in now when this moved it on.
    pub stage_before: Option<String>,
    pub deal: DealBody,
}

/// Tell what was done about a deal
///
/// One action of the log, with what became known by it; stage, timers and what people are told follow in the same transaction.
///
/// | kind | data |
/// |---|---|
/// | `deal.needs_recorded` | `note` |
/// | `deal.contact_added`, `deal.contact_changed` | `contact_id`, `roles`, `attitude`, `influence`, `is_primary` |
/// | `deal.contact_removed` | `contact_id`, `note` |
/// | `deal.demo_held` | `roles`, `minutes`, `attachment_ids` |
/// | `deal.quotation_sent` | `amount`, `attachment_ids`, `note` |
/// | `deal.quotation_acknowledged`, `reply.received`, `call.tried` | `contact_id`, `words` |
/// | `deal.terms_discussed` | `about`, `contact_id` |
/// | `deal.discount_approved` | `percent`, `note`; not by reps |
/// | `deal.tender_received` | `attachment_ids`, `note` |
/// | `deal.signed` | `amount`, `signed_at`, `note` |
/// | `deal.paid` | `amount`, `note` |
/// | `deal.lost` | `reason`, `competitor`, `note` |
/// | `deal.abandoned` | `reason`, `note` |
/// | `meeting.held` | `roles`, `contact_id`, `words`, `next_step`, `next_step_at`, `attachment_ids` |
/// | `call.answered` | `seconds`, `contact_id`, `decision_role`, `words`, `next_step`, `next_step_at` |
/// | `note.added` | `text` |
///
/// Meetings, calls and replies are contacts with the customer too. Pre-sales, delivery, legal and operations tell what they took part in:
/// demos, terms, meetings, calls, replies and notes.
#[utoipa::path(post, path = "/v1/deals/{id}/actions", tag = "deals", request_body = NewAction, params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "It is recorded, or was before", body = Recorded, headers(("ETag" = String))),
        (status = 409, description = "`other_content`: the id was told before with other content; `state_forbids`: the deal is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn act(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(request): Json<NewAction>,
) -> Result<Response, Problem> {
    let may_tell = || TOLD.into_iter().filter(|kind| permitted::may_record(caller.role(), *kind));
    let fault = |code| Fault::at("/kind", code).allowing(may_tell().map(ActionKind::as_str).collect::<Vec<_>>().join(", "));
    let Some(kind) = TOLD.into_iter().find(|kind| kind.as_str() == request.kind) else {
        return Err(fault(FaultCode::NotKnown).into());
    };
    let files = files_of(&house, &caller, id, &request).await?;
    // Only now, so that a deal that is not there is not told from one that is by what else is wrong.
    if !may_tell().any(|allowed| allowed == kind) {
        return Err(Problem::with(ProblemKind::NotPermitted, fault(FaultCode::NotAllowed)));
    }
    if !request.fields.is_empty() && !DEAL_WORKERS.contains(&caller.role()) {
        return Err(Problem::with(ProblemKind::NotPermitted, Fault::at("/fields", FaultCode::NotAllowed)));
    }
    let mut said = read(kind, &request.data)?;
    let also = conversation(kind, said.named.contact_id);
    let files = files.into_iter().chain(said.named.files.clone()).collect::<Vec<_>>();
    all_arrived(&house, &caller.scope, &files).await?;
    let mut desk = Desk::open_with(&house, &caller, id, |deal| also(deal.customer_id)).await?;
    let (before, about) = (desk.deal.stage.clone(), also(desk.deal.customer_id));
    if desk.is_news(request.id, &request).await? {
        record(&mut desk, (kind, &request), &mut said, &files, about).await?;
    }
    let deal = desk.shown().await?;
    let version = deal.version;
    desk.answer_with(version, Recorded { action_id: request.id, stage_before: before, deal }).await
}

/// The files that are named in fields; 404 for a deal that the caller does not see, and faults of fields, come first.
async fn files_of(house: &House, caller: &Caller, id: Uuid, request: &NewAction) -> Result<Vec<(String, Uuid)>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    checked(&playbook, &request.fields)?;
    Ok(files_in(&playbook, &request.fields))
}

/// The files in fields, with their places in the request.
pub fn files_in(playbook: &Playbook, written: &Map<String, Value>) -> Vec<(String, Uuid)> {
    let declared = permitted::rules(playbook).map(|rules| rules.fields.as_slice()).unwrap_or_default();
    let files = fields::files(declared, written).into_iter();
    files.map(|(code, n, id)| (format!("/fields/{code}/{n}"), id)).collect()
}

/// What an action is about besides the deal: a conversation is one with the customer, and with the contact who is named.
fn conversation(kind: ActionKind, contact_id: Option<Uuid>) -> impl Fn(Uuid) -> Vec<(SubjectKind, Uuid)> + Send + Sync + Copy {
    let is_one = kind.is_about(SubjectKind::Customer) && kind != ActionKind::NoteAdded;
    move |customer_id| {
        let contact = contact_id.map(|id| (SubjectKind::Contact, id));
        if is_one { [(SubjectKind::Customer, customer_id)].into_iter().chain(contact).collect() } else { Vec::new() }
    }
}

async fn record(
    desk: &mut Desk<'_>,
    (kind, request): (ActionKind, &NewAction),
    said: &mut Said,
    files: &[(String, Uuid)],
    also: Vec<(SubjectKind, Uuid)>,
) -> Result<(), Problem> {
    let outlives = permitted::outlives(kind) && request.fields.is_empty();
    if !desk.is_open() && !outlives {
        return Err(ProblemKind::StateForbids.into());
    }
    // The playbook may have changed since the files were looked at.
    checked(&desk.playbook, &request.fields)?;
    let done_at = desk.done_at(request.occurred_at)?;
    said.complete(desk, kind).await?;
    for (_, file) in files {
        attachments::hold(&mut desk.tx, *file, (SubjectKind::Deal, desk.deal.id), desk.now).await?;
    }
    let mut data = std::mem::take(&mut said.data);
    if !request.fields.is_empty() {
        data.insert("fields".to_owned(), Value::Object(request.fields.clone()));
    }
    let deed = Deed { id: Some(request.id), kind, deal_id: desk.deal.id, done_at, data: Value::Object(data), also };
    desk.record(deed).await
}
