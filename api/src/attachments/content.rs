//! An attachment's bytes: sent up through the API by clients that cannot reach the object storage, and read by those who may.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use store::attachments::AttachmentState;
use uuid::Uuid;

use super::landing::{find, other_type, stream_in};
use super::serve::{Disposition, served};
use super::show::AttachmentBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;
use crate::http::uploads::declared_body;
use crate::photos::Octets;
use crate::sessions::Caller;

/// Upload a declared attachment's bytes
///
/// Exactly the declared bytes, size and SHA-256, and of the declared type by their own content; anything else is refused and nothing is
/// kept. Repeating it after it succeeded changes nothing.
#[utoipa::path(put, path = "/v1/attachments/{id}/content", tag = "attachments",
    params(("id" = Uuid, Path, description = "The declared attachment")),
    request_body(content = inline(Octets), content_type = "application/octet-stream", description = "The file, byte for byte"),
    responses((status = 200, description = "The attachment is final", body = AttachmentBody)))]
pub async fn upload(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AttachmentBody>, Problem> {
    let attachment = find(&house, &caller.scope, id).await?;
    match attachment.state {
        AttachmentState::Landed => {}
        AttachmentState::Refused => return Err(other_type(&attachment)),
        AttachmentState::Declared | AttachmentState::Expired => {
            let chunks = declared_body(&headers, body, attachment.bytes)?;
            stream_in(&house, &caller.scope, &attachment, chunks).await?;
        }
    }
    let attachment = find(&house, &caller.scope, id).await?;
    Ok(Json(AttachmentBody::told(&house, &caller, &attachment)))
}

/// An attachment's bytes
///
/// As a download under its name, whatever it is: nothing that people sent up is shown or carried out here.
#[utoipa::path(get, path = "/v1/attachments/{id}/content", tag = "attachments",
    params(("id" = Uuid, Path, description = "The attachment")),
    responses((status = 200, description = "The file", body = inline(Octets), content_type = "*/*",
        headers(("Content-Disposition" = String, description = "`attachment`, with its name")))))]
pub async fn content(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let attachment = find(&house, &caller.scope, id).await?;
    served(&house, &attachment, Disposition::Download).await
}
