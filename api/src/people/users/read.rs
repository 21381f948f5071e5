//! Finding users.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::people::users::{self, UserFilter};
use utoipa::IntoParams;
use uuid::Uuid;

use super::bodies::{Tagged, UserBody, tagged};
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Text;
use crate::people::values::PersonRole;
use crate::sessions::Caller;

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// In this unit or below it.
    unit_id: Option<Uuid>,
    #[param(inline)]
    role: Option<PersonRole>,
    /// Part of the name or the login.
    #[param(inline)]
    q: Option<Text<1, 100>>,
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Users
///
/// By login. Admins see everybody, others the people of their own unit and below.
#[utoipa::path(get, path = "/v1/users", tag = "people", params(UserQuery), responses((status = 200, description = "A page of users", body = Page<UserBody>)))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<UserQuery>,
) -> Result<Json<Page<UserBody>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode::<String>(query.cursor.as_deref())?);
    let filter = UserFilter { unit_id: query.unit_id, role: query.role.map(Into::into), q: query.q.as_ref().map(Text::as_str) };
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = users::list(&mut tx, &filter, after.as_deref(), limit + 1).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |row| row.login.clone());
    let items = page.items.into_iter().map(UserBody::try_from).collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// A user
#[utoipa::path(get, path = "/v1/users/{id}", tag = "people", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The user", body = UserBody, headers(("ETag" = String, description = "Their version"))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Tagged, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = users::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    tagged(row)
}
