//! The caller themselves.

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::people::{keys, organisation, units, users};
use store::{Actor, Tx};
use utoipa::ToSchema;
use uuid::Uuid;

use super::organisation::OrganisationBody;
use super::values::{LanguageTag, PersonRole};
use crate::House;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Who calls, a person or a key, where they belong, and in which organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Null for a key.
    pub user: Option<Myself>,
    /// Null for a person.
    pub key: Option<MyKey>,
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

/// The calling key: which scopes it was given, and until when it is good.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyKey {
    pub id: Uuid,
    #[schema(example = "CRM")]
    pub name: String,
    #[schema(value_type = Vec<lists::KeyScope>)]
    pub scopes: Vec<String>,
    /// Null: until it is revoked.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The unit that the calling person or key belongs to.
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
    let (user, key, unit_id) = myself(&mut tx, caller.scope.actor).await?;
    let path = units::names_down_to(&mut tx, unit_id).await?;
    let organisation = organisation::find(&mut tx).await?;
    tx.commit().await?;
    let unit = MyUnit { id: unit_id, name: path.last().cloned().unwrap_or_default(), path };
    Ok(Json(Me { user, key, unit, organisation: organisation.into() }))
}

/// The caller as a person or as a key, and the unit they belong to.
async fn myself(tx: &mut Tx, actor: Actor) -> Result<(Option<Myself>, Option<MyKey>, Uuid), Problem> {
    if matches!(actor, Actor::Key { .. }) {
        let key = keys::myself(tx).await?;
        return Ok((None, Some(MyKey { id: key.id, name: key.name, scopes: key.scopes, expires_at: key.expires_at }), key.unit_id));
    }
    let user = users::myself(tx).await?;
    let role = PersonRole::of(user.role.0).ok_or(ProblemKind::Bug)?;
    Ok((Some(Myself { id: user.id, login: user.login, name: user.name, role, language: user.language }), None, user.unit_id))
}
