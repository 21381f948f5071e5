//! `POST /v1/attachments/{id}/check`

use std::sync::Arc;

use axum::extract::State;
use store::attachments::AttachmentState;
use uuid::Uuid;

use super::landing::{arrived, other_type};
use super::show::AttachmentBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// Have an uploaded attachment taken in
///
/// Looks whether the file has arrived in the object storage, and whether it is what was declared. Until it has arrived the answer says
/// `declared`. Repeating it changes nothing.
#[utoipa::path(post, path = "/v1/attachments/{id}/check", tag = "attachments",
    params(("id" = Uuid, Path, description = "The declared attachment")),
    responses((status = 200, description = "The attachment as it is now", body = AttachmentBody)))]
pub async fn check(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<AttachmentBody>, Problem> {
    let attachment = arrived(&house, &caller.scope, id).await?;
    if attachment.state == AttachmentState::Refused {
        return Err(other_type(&attachment));
    }
    Ok(Json(AttachmentBody::told(&house, &caller, &attachment)))
}
