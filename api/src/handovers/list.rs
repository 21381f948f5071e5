//! `GET /v1/handovers`

use std::sync::Arc;

use axum::extract::State;
use domain::handovers::DEPARTMENTS;
use domain::people::Role;
use domain::playbook::SubjectKind;
use serde::{Deserialize, Serialize};
use store::handovers::list::{self, Wanted};
use store::playbook;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::shown::{HandoverBody, told};
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Instant;
use crate::playbook::known;
use crate::sessions::Caller;

/// Whose side of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HandoverSide)]
pub enum Side {
    /// Those that the caller asked.
    Asked,
    /// Those that were asked of the caller's department.
    Department,
}

/// Which hand-overs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those that the caller asked, or those that the caller's department was asked.
    #[param(inline)]
    mine: Option<Side>,
    #[param(value_type = Option<lists::DepartmentName>, inline)]
    department: Option<Role>,
    /// Codes of stages of the playbook, or of an earlier one, separated by commas.
    #[param(example = "asked,returned", pattern = "^[a-z][a-z0-9_]{0,39}(,[a-z][a-z0-9_]{0,39})*$", max_length = 400)]
    stage: Option<String>,
    /// This unit and the units below it.
    unit_id: Option<Uuid>,
    customer_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    /// First asked at or after.
    #[param(value_type = Option<Instant>)]
    asked_since: Option<Instant>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Hand-overs that the caller sees, those asked last first
///
/// Reps see what they asked; pre-sales, delivery and legal what was asked of their department and what they asked themselves; everybody
/// else what belongs to their unit and below.
#[utoipa::path(get, path = "/v1/handovers", tag = "handovers", params(Asked), responses(
    (status = 200, description = "One page", body = Page<HandoverBody>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<HandoverBody>>, Problem> {
    let (limit, after, now) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?, house.clock.now());
    let department = asked.department.map(department).transpose()?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let stages = match &asked.stage {
        Some(asked) => Some(known::stages(&mut tx, &playbook, SubjectKind::Handover, asked).await?),
        None => None,
    };
    let of_mine = (asked.mine == Some(Side::Department)).then(|| caller.role().as_str().to_owned());
    if department.is_some() && of_mine.is_some() && department != of_mine {
        return Ok(Json(Page { items: Vec::new(), next_cursor: None }));
    }
    let wanted = Wanted {
        stages,
        asked_by: (asked.mine == Some(Side::Asked)).then(|| caller.id()),
        department: department.or(of_mine),
        unit_id: asked.unit_id,
        customer_id: asked.customer_id,
        deal_id: asked.deal_id,
        asked_since: asked.asked_since.map(|at| at.0),
    };
    let rows = list::list(&mut tx, &wanted, after, limit).await?;
    let page = Page::cut(rows, limit, |row| (row.asked_at, row.id));
    let items = told(&mut tx, page.items, caller.language, now).await?;
    tx.commit().await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// The department's name in tables.
///
/// # Errors
/// `not_known` at `?department` for a role that nothing is asked of.
pub fn department(role: Role) -> Result<String, Problem> {
    if DEPARTMENTS.contains(&role) {
        return Ok(role.as_str().to_owned());
    }
    let fault = Fault::at("?department", FaultCode::NotKnown).allowing(DEPARTMENTS.map(Role::as_str).join(", "));
    Err(Problem::with(ProblemKind::MalformedRequest, fault))
}
