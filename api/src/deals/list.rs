//! `GET /v1/deals`

use std::sync::Arc;

use axum::extract::State;
use domain::playbook::SubjectKind;
use serde::Deserialize;
use store::deals::list::{self, Wanted};
use store::playbook;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::DealBody;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::http::values::{Instant, Text};
use crate::playbook::known;
use crate::sessions::Caller;

/// Which deals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Codes of stages of the playbook, or of an earlier one, separated by commas.
    #[serde(default)]
    #[param(
        required = false,
        example = "needs_confirmed,negotiation",
        pattern = "^[a-z][a-z0-9_]{0,39}(,[a-z][a-z0-9_]{0,39})*$",
        max_length = 400
    )]
    stage: Option<String>,
    /// `true`: those that go on; `false`: those that are over.
    open: Option<bool>,
    owner_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    /// This unit and the units below it.
    unit_id: Option<Uuid>,
    segment: Option<Text<1, 64>>,
    external_id: Option<Text<1, 64>>,
    /// Part of the deal's or the customer's name, or of the external number, in any case.
    q: Option<Text<1, 100>>,
    /// Edited, told about, or moved on, since then.
    #[param(value_type = Option<Instant>)]
    updated_since: Option<Instant>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Deals that the caller sees, those entered last first
///
/// Reps see those that they hold; everybody else those of their unit and below.
#[utoipa::path(get, path = "/v1/deals", tag = "deals", params(Asked), responses(
    (status = 200, description = "One page", body = Page<DealBody>),
))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<DealBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let stages = match &asked.stage {
        Some(asked) => Some(known::stages(&mut tx, &playbook, SubjectKind::Deal, asked).await?),
        None => None,
    };
    let over = || playbook.closed_stages(SubjectKind::Deal).map(ToString::to_string).collect::<Vec<_>>();
    let wanted = Wanted {
        stages: match (stages, asked.open) {
            (Some(mut stages), Some(false)) => {
                let over = over();
                stages.retain(|stage| over.contains(stage));
                Some(stages)
            }
            (None, Some(false)) => Some(over()),
            (stages, _) => stages,
        },
        not_stages: (asked.open == Some(true)).then(over),
        owner_id: asked.owner_id,
        customer_id: asked.customer_id,
        unit_id: asked.unit_id,
        segment: asked.segment.map(Text::into_string),
        external_id: asked.external_id.map(Text::into_string),
        text: asked.q.map(Text::into_string),
        updated_since: asked.updated_since.map(|since| since.0),
    };
    let rows = list::list(&mut tx, &wanted, after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |deal| (deal.created_at, deal.id));
    Ok(Json(page.map(|deal| DealBody::told(deal, &playbook, caller.language))))
}
