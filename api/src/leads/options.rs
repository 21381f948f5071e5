//! `GET /v1/lead-options`

use domain::leads::contact::{Channel, Outcome};
use domain::leads::reasons::{Disqualified, GivenBack};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::extract::Json;
use crate::sessions::Caller;

/// What people choose from when they record something about a lead, in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadOptions {
    pub channels: Vec<&'static str>,
    pub outcomes: Vec<Choice>,
    pub disqualified_reasons: Vec<Choice>,
    pub given_back_reasons: Vec<Choice>,
}

/// One choice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadOption)]
pub struct Choice {
    #[schema(example = "will_think")]
    pub code: &'static str,
    #[schema(example = "考虑考虑")]
    pub name: &'static str,
}

/// The closed lists of leads
#[utoipa::path(get, path = "/v1/lead-options", tag = "leads", responses((status = 200, description = "The lists", body = LeadOptions)))]
pub async fn options(caller: Caller) -> Json<LeadOptions> {
    let language = caller.language;
    Json(LeadOptions {
        channels: Channel::ALL.iter().map(|channel| channel.as_str()).collect(),
        outcomes: Outcome::ALL.iter().map(|one| Choice { code: one.as_str(), name: one.name(language) }).collect(),
        disqualified_reasons: Disqualified::ALL.iter().map(|one| Choice { code: one.as_str(), name: one.name(language) }).collect(),
        given_back_reasons: GivenBack::ALL.iter().map(|one| Choice { code: one.as_str(), name: one.name(language) }).collect(),
    })
}
