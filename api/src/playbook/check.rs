//! `POST /v1/playbook:check`

use domain::playbook;
use serde::Serialize;
use utoipa::ToSchema;

use super::document::{Playbook, PlaybookText};
use super::faults::PlaybookFault;
use crate::http::extract::Json;
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// What keeps a playbook from being put in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaybookCheck {
    /// In the order of the text; none when it can be put in force.
    pub faults: Vec<PlaybookFault>,
}

/// Check a playbook
///
/// Nothing is changed. Every fault is told with its line and column, for an editor to mark.
#[utoipa::path(post, path = "/v1/playbook:check", tag = "playbook",
    request_body(content((String = "application/yaml"), (Playbook = "application/json")), description = "YAML or JSON, at most 256 KiB"),
    responses((status = 200, description = "Checked", body = PlaybookCheck)))]
pub async fn check(caller: Caller, PlaybookText(text): PlaybookText) -> Result<Json<PlaybookCheck>, Problem> {
    let faults = playbook::check(&text);
    Ok(Json(PlaybookCheck { faults: faults.iter().map(|fault| PlaybookFault::told(fault, caller.language)).collect() }))
}
