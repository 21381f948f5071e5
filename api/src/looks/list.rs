//! `GET /v1/looks`

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::looks::{self, Filter, What};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::{LookBody, WhatName};
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::http::values::Instant;
use crate::sessions::Caller;

/// Which looks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    viewer_id: Option<Uuid>,
    /// Whose work was looked at.
    about_user_id: Option<Uuid>,
    /// The customer, lead, deal, visit or photo.
    subject_id: Option<Uuid>,
    #[param(inline)]
    what: Option<WhatName>,
    /// From then on.
    #[param(value_type = Option<Instant>)]
    since: Option<Instant>,
    /// Before then.
    #[param(value_type = Option<Instant>)]
    until: Option<Instant>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Who looked at what, the last look first
///
/// Stories of customers, leads and deals, visits with where they were, and photos: who opened them, when, and why if they said (`?reason=`). Of
/// one person at one thing ten minutes are one look. Nobody's looks at what they hold themselves are kept; the others are for a year.
#[utoipa::path(get, path = "/v1/looks", tag = "people", params(Asked), responses(
    (status = 200, description = "One page", body = Page<LookBody>),
))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<LookBody>>, Problem> {
    let limit = limit_of(asked.limit);
    let filter = Filter {
        viewer_id: asked.viewer_id,
        about_user_id: asked.about_user_id,
        subject_id: asked.subject_id,
        what: asked.what.map(|what| What::from(what).as_str()),
        since: asked.since.map(|since| since.0),
        until: asked.until.map(|until| until.0),
        after: decode_moment(asked.cursor.as_deref())?,
        limit,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = looks::list(&mut tx, &filter).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |look| (look.looked_at, look.id)).map(LookBody::from)))
}
