//! `PUT /v1/playbook`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use store::playbook;

use super::document::{Form, Playbook, PlaybookText, answer};
use super::faults::problem;
use crate::House;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::if_match;
use crate::sessions::Caller;

/// Put a playbook in force
///
/// It becomes the next version; earlier ones stay readable. Open timers go by it from now on (`GET /v1/playbook/replanning` shows how far that
/// has come); what is over stays as it was. Whatever keeps it from being put in force is told at once, each fault with its
/// place in the text. `If-Match` takes the version that was read.
#[utoipa::path(put, path = "/v1/playbook", tag = "playbook",
    request_body(content((String = "application/yaml"), (Playbook = "application/json")), description = "YAML or JSON, at most 256 KiB"),
    params(("If-Match" = String, Header, description = "The version that was read, or *")),
    responses(
        (status = 200, description = "In force", content((Playbook = "application/json"), (String = "application/yaml")),
            headers(("ETag" = String, description = "Its version"), ("Last-Modified" = String, description = "When it was put in force"))),
        (status = 406, description = "`not_acceptable`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn put(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    PlaybookText(text): PlaybookText,
) -> Result<Response, Problem> {
    let (read_version, form) = (if_match(&headers)?, Form::wanted(&headers)?);
    let playbook = domain::playbook::read(&text).map_err(problem)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let written = playbook::put(&mut tx, &house.ids, (&text, &playbook), read_version, house.clock.now()).await?;
    let written = written.ok_or(ProblemKind::VersionDiffers)?;
    tx.commit().await?;
    Ok(answer(written, form))
}
