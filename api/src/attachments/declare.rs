//! Declaring an attachment: what will come, and where to put it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use domain::attachments::{FileName, FileType};
use serde::{Deserialize, Serialize};
use store::attachments::{self, AttachmentState, Declaration, Declared};
use store::objects::{self, upload_key};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Sha256Hex, Text, Whole};
use crate::photos::UploadTicket;
use crate::sessions::Caller;

/// A file that a client is going to upload.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "019adde5-ae07-7000-8000-000000000201", "file_name": "报价 v2.pdf", "bytes": 48213, "content_type": "application/pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}))]
pub struct NewAttachment {
    /// The client's own id (UUIDv7) makes declaring repeatable; left out, the server makes one.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// What people call it. No path; an ending that does not fit the type gets the right one behind it.
    pub file_name: Text<1, 200>,
    pub sha256: Sha256Hex,
    /// Size in bytes; at most 50 MiB.
    pub bytes: Whole<1, 52_428_800>,
    /// What it is. Its bytes must say the same.
    #[schema(value_type = lists::AttachmentType)]
    pub content_type: FileType,
}

/// A declared attachment and where its bytes go.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclaredAttachment {
    pub id: Uuid,
    pub file_name: String,
    /// `landed` when these bytes have arrived before.
    #[schema(value_type = lists::AttachmentState)]
    pub state: String,
    pub upload: UploadTicket,
}

/// Declare an attachment
///
/// Answers a presigned upload into which size, type and SHA-256 are bound. After uploading, `POST /v1/attachments/{id}/check` has the file
/// taken in, or the deed that puts it to something does. Clients that cannot reach the object storage send the bytes to
/// `PUT /v1/attachments/{id}/content` instead. A file that is put to nothing is thrown away after seven days.
#[utoipa::path(post, path = "/v1/attachments", tag = "attachments", request_body = NewAttachment,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same and creates nothing", max_length = 255)),
    responses(
    (status = 201, description = "Declared", body = DeclaredAttachment, headers(("Location" = String, description = "The attachment"))),
    (status = 409, description = "`other_content`: this id was declared with other content", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn declare(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(file): Json<NewAttachment>,
) -> Result<Response, Problem> {
    let name = FileName::parse(file.file_name.as_str(), file.content_type).ok_or_else(|| Fault::at("/file_name", FaultCode::Malformed))?;
    let (now, once) = (house.clock.now(), Once::new(caller.id(), "POST /v1/attachments", key, &file));
    let id = file.id.unwrap_or_else(|| house.ids.next());
    let open_for = house.settings.upload_after;
    let expires_at = now + TimeDelta::from_std(open_for).unwrap_or_default();
    let (bytes, sha256) = (u64::try_from(file.bytes.get()).unwrap_or(u64::MAX), file.sha256.0);
    let declared = objects::Declared { bytes, sha256: &sha256, content_type: file.content_type.as_str() };
    let upload = house.objects.presign_put(&upload_key(caller.scope.organisation_id, id), declared, open_for).await?;

    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let declaration = Declaration {
        id,
        uploaded_by: caller.id(),
        file_name: name.as_str(),
        sha256: &sha256,
        bytes,
        file_type: file.content_type,
        now,
        upload_expires_at: expires_at,
    };
    let state = match attachments::declare(&mut tx, &declaration).await? {
        Declared::New => AttachmentState::Declared,
        Declared::Again(attachment) => attachment.state,
        Declared::Differs => return Err(Problem::with(ProblemKind::OtherContent, Fault::at("/id", FaultCode::Duplicate))),
    };
    let ticket = UploadTicket { method: upload.method, url: upload.url, headers: upload.headers, expires_at };
    let answer = DeclaredAttachment { id, file_name: name.into_string(), state: state.as_str().to_owned(), upload: ticket };
    once.keep(&mut tx, StatusCode::CREATED, &answer, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/attachments/{id}"))], Json(answer)).into_response())
}
