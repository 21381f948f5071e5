//! `GET /v1/documents`

use std::sync::Arc;

use axum::extract::State;
use domain::documents::DocumentKind;
use serde::Deserialize;
use store::documents::list::{self, Wanted};
use utoipa::IntoParams;
use uuid::Uuid;

use super::shown::DocumentBody;
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::http::values::Text;
use crate::sessions::Caller;

/// Which documents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    #[param(value_type = Option<lists::DocumentKind>, inline)]
    kind: Option<DocumentKind>,
    /// `true`: only what is of no customer; `false`: only what is of one.
    library: Option<bool>,
    customer_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    /// This unit and the units below it.
    unit_id: Option<Uuid>,
    /// Part of the title, in any case.
    q: Option<Text<1, 100>>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Documents that the caller sees, those made last first
///
/// The library is there for everybody. What belongs to a deal, or was shared about one, is seen by whoever holds the deal or answers for it.
/// Of the rest reps see what they made, everybody else what is of their unit and below.
#[utoipa::path(get, path = "/v1/documents", tag = "documents", params(Asked), responses(
    (status = 200, description = "One page", body = Page<DocumentBody>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<DocumentBody>>, Problem> {
    let (limit, after) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?);
    let wanted = Wanted {
        kind: asked.kind.map(|kind| kind.as_str().to_owned()),
        is_of_library: asked.library,
        customer_id: asked.customer_id,
        deal_id: asked.deal_id,
        unit_id: asked.unit_id,
        text: asked.q.map(Text::into_string),
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = list::list(&mut tx, &wanted, after, limit).await?;
    tx.commit().await?;
    let page = Page::cut(rows, limit, |row| (row.created_at, row.id));
    Ok(Json(page.map(|row| DocumentBody::told(row, caller.language))))
}
