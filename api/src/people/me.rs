//! The caller themselves.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use store::people::{organisation, units, users};
use utoipa::ToSchema;
use uuid::Uuid;

use super::organisation::OrganisationBody;
use super::values::{LanguageTag, PersonRole};
use crate::House;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Who calls, where they belong, and in which organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub user: Myself,
    pub unit: MyUnit,
    pub organisation: OrganisationBody,
}

/// The calling person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Myself {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub role: PersonRole,
    /// The person's own choice; the organisation's language when null.
    #[schema(value_type = Option<LanguageTag>)]
    pub language: Option<String>,
}

/// The unit that the calling person belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyUnit {
    pub id: Uuid,
    pub name: String,
    /// The names from the top of the organisation down to this unit.
    #[schema(example = json!(["Acme", "华东区", "上海一队"]))]
    pub path: Vec<String>,
}

/// Who am I?
#[utoipa::path(get, path = "/v1/me", tag = "people", responses((status = 200, description = "The caller", body = Me)))]
pub async fn me(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<Me>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let user = users::myself(&mut tx).await?;
    let path = units::names_down_to(&mut tx, user.unit_id).await?;
    let organisation = organisation::find(&mut tx).await?;
    tx.commit().await?;
    let role = PersonRole::of(user.role.0).ok_or(ProblemKind::Bug)?;
    Ok(Json(Me {
        user: Myself { id: user.id, login: user.login, name: user.name, role, language: user.language },
        unit: MyUnit { id: user.unit_id, name: path.last().cloned().unwrap_or_default(), path },
        organisation: organisation.into(),
    }))
}
