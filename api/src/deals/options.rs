//! `GET /v1/deal-options`

use domain::deals::reasons::{LostReason, WonReason};
use domain::playbook::ActionKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::told::TOLD;
use crate::http::extract::Json;
use crate::sessions::Caller;

/// What people choose from when they tell something about a deal, in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
pub struct DealOptions {
    /// The kinds of actions that are told.
    pub actions: Vec<Choice>,
    pub lost_reasons: Vec<Choice>,
    pub won_reasons: Vec<Choice>,
}

/// One choice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealOption)]
pub struct Choice {
    #[schema(example = "chose_competitor")]
    pub code: &'static str,
    #[schema(example = "选择了竞品")]
    pub name: &'static str,
}

/// The closed lists of deals
///
/// Fields and stages are the playbook's: `GET /v1/playbook`.
#[utoipa::path(get, path = "/v1/deal-options", tag = "deals", responses((status = 200, description = "The lists", body = DealOptions)))]
pub async fn options(caller: Caller) -> Json<DealOptions> {
    let language = caller.language;
    Json(DealOptions {
        actions: TOLD.iter().map(|kind: &ActionKind| Choice { code: kind.as_str(), name: kind.name(language) }).collect(),
        lost_reasons: LostReason::ALL.iter().map(|one| Choice { code: one.as_str(), name: one.name(language) }).collect(),
        won_reasons: WonReason::ALL.iter().map(|one| Choice { code: one.as_str(), name: one.name(language) }).collect(),
    })
}
