//! `GET /v1/leads`

use std::sync::Arc;

use axum::extract::State;
use domain::playbook::SubjectKind;
use serde::Deserialize;
use store::leads::list::{self, Wanted};
use store::playbook;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::LeadBody;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::http::values::{Instant, Text};
use crate::playbook::known;
use crate::sessions::Caller;

/// Which leads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Codes of stages of the playbook, or of an earlier one, separated by commas.
    #[serde(default)]
    #[param(
        required = false,
        example = "confirmed,contacted",
        pattern = "^[a-z][a-z0-9_]{0,39}(,[a-z][a-z0-9_]{0,39})*$",
        max_length = 400
    )]
    stage: Option<String>,
    owner_id: Option<Uuid>,
    /// `true`: what nobody holds.
    #[serde(default)]
    #[param(required = false)]
    pool: bool,
    /// This unit and the units below it.
    unit_id: Option<Uuid>,
    source: Option<Text<1, 64>>,
    external_id: Option<Text<1, 64>>,
    /// Part of company, person, number, e-mail or external number, in any case.
    q: Option<Text<1, 100>>,
    /// Edited, or moved on, since then.
    #[param(value_type = Option<Instant>)]
    updated_since: Option<Instant>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Leads that the caller sees, those entered last first
///
/// Reps see those that they hold or are offered, and the pool of their unit; everybody else those of their unit and below. Leads that
/// were merged into another are left out.
#[utoipa::path(get, path = "/v1/leads", tag = "leads", params(Asked), responses(
    (status = 200, description = "One page", body = Page<LeadBody>),
))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<LeadBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let stages = match &asked.stage {
        Some(asked) => Some(known::stages(&mut tx, &playbook, SubjectKind::Lead, asked).await?),
        None => None,
    };
    let wanted = Wanted {
        stages,
        owner_id: asked.owner_id,
        in_pool: asked.pool,
        unit_id: asked.unit_id,
        source: asked.source.map(Text::into_string),
        external_id: asked.external_id.map(Text::into_string),
        text: asked.q.map(Text::into_string),
        updated_since: asked.updated_since.map(|since| since.0),
    };
    let rows = list::list(&mut tx, &wanted, after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |lead| (lead.created_at, lead.id));
    Ok(Json(page.map(|lead| LeadBody::told(lead, &playbook, caller.language))))
}
