//! `GET /v1/documents/{id}/content`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::attachments;
use store::documents::records;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::House;
use crate::attachments::{Disposition, served};
use crate::http::extract::{Path, Query};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Whole;
use crate::photos::Octets;
use crate::sessions::Caller;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The newest unless asked otherwise.
    #[param(value_type = Option<Whole<1, 100_000>>)]
    version: Option<Whole<1, 100_000>>,
}

/// A document's file
///
/// As a download. For people of the organisation: nobody's opening is counted.
#[utoipa::path(get, path = "/v1/documents/{id}/content", tag = "documents", params(("id" = Uuid, Path), Asked),
    responses((status = 200, description = "The file", body = inline(Octets), content_type = "*/*",
        headers(("Content-Disposition" = String, description = "`attachment`, with its name")))))]
pub async fn content(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let versions = records::versions(&mut tx, id).await?;
    let number = asked.version.map(Whole::get);
    let wanted = versions.iter().rfind(|version| number.is_none_or(|number| i64::from(version.number) == number));
    let attachment_id = wanted.ok_or(ProblemKind::NotFound)?.attachment_id;
    let attachment = attachments::of_id(&mut tx, attachment_id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    served(&house, &attachment, Disposition::Download).await
}
