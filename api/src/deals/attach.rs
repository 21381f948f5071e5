//! `GET` and `POST /v1/deals/{id}/attachments`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::deals::fields::FILES_MAX;
use domain::deals::permitted;
use domain::playbook::model::{Field, FieldKind};
use domain::playbook::{Code, FieldValue, Playbook, SubjectKind, Written};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::attachments;
use store::deals::records;
use store::playbook;
use utoipa::ToSchema;
use uuid::Uuid;

use super::act::Recorded;
use super::desk::Desk;
use super::write::write_at;
use crate::House;
use crate::attachments::AttachmentBody;
use crate::attachments::landing::all_arrived;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::page::Page;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// A file to be put to a deal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DealAttachment, example = json!({"attachment_id": "019adde5-ae07-7000-8000-000000000201"}))]
pub struct Attaching {
    /// Declared with `POST /v1/attachments`, and uploaded.
    attachment_id: Uuid,
    /// The field of files that it belongs to; left out: the first one that the playbook declares.
    #[schema(example = "contract")]
    field: Option<Text<1, 40>>,
}

/// Put a file to a deal
///
/// It joins those that are in the field already. A file that was uploaded to the object storage is taken in first. Conditions of the
/// playbook are looked at in the same transaction. Putting the same file again changes nothing.
#[utoipa::path(post, path = "/v1/deals/{id}/attachments", tag = "deals", request_body = Attaching, params(("id" = Uuid, Path)),
    responses((status = 200, description = "It is there", body = Recorded, headers(("ETag" = String)))))]
pub async fn attach(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(request): Json<Attaching>,
) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    field_of(&playbook, request.field.as_ref())?;
    all_arrived(&house, &caller.scope, &[("/attachment_id".to_owned(), request.attachment_id)]).await?;
    let mut desk = Desk::open(&house, &caller, id).await?;
    let (before, code) = (desk.deal.stage.clone(), field_of(&desk.playbook, request.field.as_ref())?.code.clone());
    let file = request.attachment_id;
    let (mut files, mut action_id) = files_in(&desk, &code);
    if !files.contains(&file.to_string()) {
        if files.len() >= FILES_MAX {
            return Err(Fault::at("/attachment_id", FaultCode::TooLong).allowing(format!("0..{FILES_MAX}")).into());
        }
        files.push(file.to_string());
        action_id = house.ids.next();
        let written = Map::from_iter([(code.to_string(), Value::from(files))]);
        write_at(&mut desk, action_id, None, written, std::iter::once(file)).await?;
    }
    let deal = desk.shown().await?;
    let version = deal.version;
    desk.answer_with(version, Recorded { action_id, stage_before: before, deal }).await
}

/// The field of files that is named, or the first.
fn field_of<'a>(playbook: &'a Playbook, named: Option<&Text<1, 40>>) -> Result<&'a Field, Fault> {
    let declared = permitted::rules(playbook).map(|rules| rules.fields.as_slice()).unwrap_or_default();
    let mut of_files = declared.iter().filter(|field| field.kind == FieldKind::Attachment);
    let found = match named {
        Some(code) => of_files.find(|field| field.code.as_str() == code.as_str()),
        None => of_files.next(),
    };
    found.ok_or_else(|| Fault::at("/field", FaultCode::NotKnown))
}

/// The files that are in the field, and the action that put the last of them there.
fn files_in(desk: &Desk<'_>, code: &Code) -> (Vec<String>, Uuid) {
    match desk.facts.subject.fields.get(code) {
        Some(Written { value: Some(FieldValue::Attachments(ids)), action, .. }) => (ids.clone(), *action),
        _ => (Vec::new(), Uuid::nil()),
    }
}

/// The files of a deal
///
/// Everything that was ever put to it, first ones first, with links to download them by.
#[utoipa::path(get, path = "/v1/deals/{id}/attachments", tag = "deals", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "All of them, on one page", body = Page<AttachmentBody>),
))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<Page<AttachmentBody>>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let files = attachments::of_subject(&mut tx, (SubjectKind::Deal, id)).await?;
    tx.commit().await?;
    Ok(Json(Page { items: files.iter().map(|file| AttachmentBody::told(&house, &caller, file)).collect(), next_cursor: None }))
}
