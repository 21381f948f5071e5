//! `GET /v1/downloads/{token}`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use store::{Scope, attachments};

use super::serve::{Disposition, served};
use crate::House;
use crate::http::extract::Path;
use crate::http::problem::{Problem, ProblemKind};
use crate::photos::Octets;

/// Download a file by its link
///
/// The link of an attachment's `download`. One that has run out, and one that never was, is answered `404`.
#[utoipa::path(get, path = "/v1/downloads/{token}", tag = "attachments",
    params(("token" = String, Path, description = "Of the link", max_length = 2000)),
    responses((status = 200, description = "The file", body = inline(Octets), content_type = "*/*",
        headers(("Content-Disposition" = String, description = "`attachment`, with its name")))))]
pub async fn download(State(house): State<Arc<House>>, Path(token): Path<String>) -> Result<Response, Problem> {
    let download = house.keyring.verify_download(&token, house.clock.now()).ok_or(ProblemKind::NotFound)?;
    let mut tx = house.db.begin(&Scope::house(download.organisation_id)).await?;
    let attachment = attachments::of_id(&mut tx, download.attachment_id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    served(&house, &attachment, Disposition::Download).await
}
