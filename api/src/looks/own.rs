//! `GET /v1/me/looks`

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::looks::{self, Filter};
use utoipa::IntoParams;

use super::shown::LookBody;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Who looked at the caller's own work, the last look first
///
/// At their visits and photos, and at the stories of customers, leads and deals that they held.
#[utoipa::path(get, path = "/v1/me/looks", tag = "people", params(Asked), responses(
    (status = 200, description = "One page", body = Page<LookBody>),
))]
pub async fn own(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<LookBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let filter = Filter { about_user_id: Some(caller.id()), after, limit, ..Filter::default() };
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = looks::list(&mut tx, &filter).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |look| (look.looked_at, look.id)).map(LookBody::from)))
}
