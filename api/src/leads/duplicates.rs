//! `GET /v1/leads/{id}/duplicates`

use std::sync::Arc;

use axum::extract::State;
use domain::playbook::Playbook;
use domain::texts::Language;
use serde::Serialize;
use store::leads::{Lead, duplicates, records};
use store::playbook;
use utoipa::ToSchema;
use uuid::Uuid;

use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Most that are shown: with more, something else is wrong.
const SHOWN_MAX: i64 = 200;

/// Leads that may be the same one.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadDuplicates {
    /// Entered first first; at most 200.
    pub items: Vec<LeadDuplicate>,
    /// How many more there are that the caller does not see: somebody else of the organisation is at it.
    pub elsewhere: i64,
}

/// A lead that may be the same one, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadDuplicate {
    /// The same telephone number, however it is written.
    pub same_phone: bool,
    /// The same company's name, but for its legal form, signs and width of letters.
    pub same_company: bool,
    pub lead: LeadBody,
}

impl LeadDuplicate {
    fn told(other: Lead, lead: &Lead, playbook: &Playbook, language: Language) -> Self {
        let same = |a: Option<String>, b: Option<String>| a.is_some() && a == b;
        Self {
            same_phone: same(other.said.phone_e164(), lead.said.phone_e164()),
            same_company: same(other.said.company_key(), lead.said.company_key()),
            lead: LeadBody::told(other, playbook, language),
        }
    }
}

/// Leads that may be the same one
#[utoipa::path(get, path = "/v1/leads/{id}/duplicates", tag = "leads", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "Those that were found", body = LeadDuplicates),
))]
pub async fn duplicates(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<LeadDuplicates>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let lead = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let found = duplicates::find(&mut tx, &lead, SHOWN_MAX).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    tx.commit().await?;
    let items = found.seen.into_iter().map(|other| LeadDuplicate::told(other, &lead, &playbook, caller.language)).collect();
    Ok(Json(LeadDuplicates { items, elsewhere: found.elsewhere }))
}
