//! Attachments in answers.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::attachments::FileType;
use serde::Serialize;
use store::attachments::{Attachment, AttachmentState};
use utoipa::ToSchema;
use uuid::Uuid;

use super::landing::find;
use super::link::{Link, link_to};
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// A file that people sent up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentBody {
    pub id: Uuid,
    #[schema(example = "报价 v2.pdf")]
    pub file_name: String,
    #[schema(value_type = lists::AttachmentType)]
    pub content_type: FileType,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    #[schema(value_type = lists::AttachmentState)]
    pub state: String,
    pub uploaded_by: Uuid,
    pub declared_at: DateTime<Utc>,
    pub landed_at: Option<DateTime<Utc>>,
    /// A link that needs no token and lives for some minutes; null until the file has landed.
    pub download: Option<Link>,
}

impl AttachmentBody {
    pub fn told(house: &House, caller: &Caller, attachment: &Attachment) -> Self {
        let has_landed = attachment.state == AttachmentState::Landed;
        Self {
            id: attachment.id,
            file_name: attachment.file_name.clone(),
            content_type: attachment.file_type,
            bytes: attachment.bytes,
            sha256: hex::encode(&attachment.sha256),
            state: attachment.state.as_str().to_owned(),
            uploaded_by: attachment.uploaded_by,
            declared_at: attachment.declared_at,
            landed_at: attachment.landed_at,
            download: has_landed.then(|| link_to(house, &caller.scope, attachment.id)).flatten(),
        }
    }
}

/// One attachment
///
/// Seen by whoever sent it up or answers for them, and by whoever sees what it was put to. Keys see those of deals; a document's file is
/// read at the document, which needs `documents:read`.
#[utoipa::path(get, path = "/v1/attachments/{id}", tag = "attachments", params(("id" = Uuid, Path, description = "The attachment")),
    responses((status = 200, description = "The attachment", body = AttachmentBody)))]
pub async fn show(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<AttachmentBody>, Problem> {
    let attachment = find(&house, &caller.scope, id).await?;
    Ok(Json(AttachmentBody::told(&house, &caller, &attachment)))
}
