//! `DELETE /v1/contacts/{id}`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use store::customers::contacts;
use uuid::Uuid;

use super::change::held;
use crate::House;
use crate::http::extract::Path;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::versions::if_match;
use crate::sessions::Caller;

/// Take a contact away
#[utoipa::path(delete, path = "/v1/contacts/{id}", tag = "contacts",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag that was read")),
    responses(
        (status = 204, description = "Taken away"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let wanted = if_match(&headers)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let contact = held(&mut tx, id, wanted).await?;
    contacts::delete(&mut tx, &house.ids, house.clock.now(), &contact).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
