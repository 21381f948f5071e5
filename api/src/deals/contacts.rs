//! `GET /v1/deals/{id}/contacts`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::deals::contacts::{self, Participant};
use store::deals::records;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::page::Page;
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Somebody of the customer's who takes part in a deal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealContact)]
pub struct ContactBody {
    pub contact_id: Uuid,
    #[schema(example = "王芳")]
    pub name: String,
    #[schema(example = "采购经理")]
    pub title: Option<String>,
    /// Codes of the organisation's decision roles: those said of this deal, or the one that the contact has anyway.
    pub roles: Vec<String>,
    /// From against it (-2) to for it (2); null when nobody said.
    #[schema(minimum = -2, maximum = 2)]
    pub attitude: Option<i16>,
    /// From little (1) to much (3); null when nobody said.
    #[schema(minimum = 1, maximum = 3)]
    pub influence: Option<i16>,
    /// The one to talk to.
    pub is_primary: bool,
    pub added_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ContactBody {
    fn told(row: Participant) -> Self {
        Self {
            contact_id: row.contact_id,
            name: row.name,
            title: row.title,
            roles: if row.roles.is_empty() { vec![row.decision_role] } else { row.roles },
            attitude: row.attitude,
            influence: row.influence,
            is_primary: row.is_primary,
            added_at: row.added_at,
            updated_at: row.updated_at,
        }
    }
}

/// Who takes part in a deal
///
/// The main contact first. They are added, changed and removed by actions of the deal.
#[utoipa::path(get, path = "/v1/deals/{id}/contacts", tag = "deals", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "All of them, on one page", body = Page<ContactBody>),
))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<Page<ContactBody>>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = contacts::of_deal(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(Page { items: rows.into_iter().map(ContactBody::told).collect(), next_cursor: None }))
}
