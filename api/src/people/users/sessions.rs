//! Where a user is signed in, and ending that.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::people::sessions::{self, Ending, Session};
use store::people::users;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// A live session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// When its tokens were last renewed.
    pub refreshed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl From<Session> for SessionBody {
    fn from(row: Session) -> Self {
        Self { id: row.id, created_at: row.created_at, refreshed_at: row.refreshed_at, expires_at: row.expires_at }
    }
}

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// A user's live sessions
#[utoipa::path(get, path = "/v1/users/{id}/sessions", tag = "people", params(("id" = Uuid, Path), SessionQuery), responses(
    (status = 200, description = "A page of sessions, oldest first", body = Page<SessionBody>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(query): Query<SessionQuery>,
) -> Result<Json<Page<SessionBody>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode(query.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    users::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = sessions::list(&mut tx, id, after, limit + 1).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| row.id).map(SessionBody::from)))
}

/// End a session
///
/// Every token of it is refused from now on.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "people", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It has ended"),
))]
pub async fn end(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let ended = sessions::end(&mut tx, &house.ids, id, Ending::Ended, house.clock.now()).await?;
    tx.commit().await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemKind::NotFound.into()) }
}
