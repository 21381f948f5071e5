//! The tree of units: read by those who lead, changed by admins.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::people::units::{self, Changed, Unit, UnitChange};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::values::{Name, given};
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::{etag, if_match};
use crate::sessions::Caller;

/// A node of the organisation's tree.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Unit)]
pub struct UnitBody {
    pub id: Uuid,
    /// Null for the root, and for the top of what the caller sees.
    pub parent_id: Option<Uuid>,
    #[schema(example = "华东区")]
    pub name: String,
    /// For `If-Match`, in quotes.
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

impl From<Unit> for UnitBody {
    fn from(row: Unit) -> Self {
        Self { id: row.id, parent_id: row.parent_id, name: row.name, version: row.version, created_at: row.created_at }
    }
}

/// A unit to create.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    name: Name,
    parent_id: Uuid,
}

/// What to change of a unit; what is left out stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<Name>,
    /// Moves the unit with all that is below it.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    parent_id: Option<Uuid>,
}

/// Which units.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitQuery {
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

type Tagged = ([(HeaderName, HeaderValue); 1], Json<UnitBody>);

fn tagged(row: Unit) -> Tagged {
    ([(header::ETAG, etag(row.version))], Json(row.into()))
}

/// Units
///
/// Oldest first; the tree is in `parent_id`. Admins see all of it, others their own unit and what is below.
#[utoipa::path(get, path = "/v1/units", tag = "people", params(UnitQuery), responses((status = 200, description = "A page of units", body = Page<UnitBody>)))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<UnitQuery>,
) -> Result<Json<Page<UnitBody>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode(query.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = units::list(&mut tx, after, limit + 1).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| row.id).map(UnitBody::from)))
}

/// A unit
#[utoipa::path(get, path = "/v1/units/{id}", tag = "people", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The unit", body = UnitBody, headers(("ETag" = String, description = "Its version"))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Tagged, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = units::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(tagged(row))
}

/// Create a unit
#[utoipa::path(post, path = "/v1/units", tag = "people", request_body = NewUnit,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same and creates nothing")),
    responses(
        (status = 201, description = "The unit", body = UnitBody, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "`state_forbids`: the tree may not get any deeper", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(new): Json<NewUnit>,
) -> Result<Response, Problem> {
    let once = Once::new(caller.id(), "/v1/units", key, &new);
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let now = house.clock.now();
    let row = outcome(units::create(&mut tx, &house.ids, house.ids.next(), new.parent_id, new.name.as_str(), now).await?)?;
    let (version, body) = (row.version, UnitBody::from(row));
    once.keep(&mut tx, StatusCode::CREATED, &body, now).await?;
    tx.commit().await?;
    let headers = [(header::LOCATION, format!("/v1/units/{}", body.id))];
    Ok((StatusCode::CREATED, headers, [(header::ETAG, etag(version))], Json(body)).into_response())
}

/// Rename or move a unit
///
/// Moving takes everything below along; people in what was moved need a new access token.
#[utoipa::path(patch, path = "/v1/units/{id}", tag = "people", request_body = UnitPatch,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The version that was read, from `ETag` or `version`")),
    responses(
        (status = 200, description = "The unit", body = UnitBody, headers(("ETag" = String, description = "Its version"))),
        (status = 409, description = "`state_forbids`: a unit cannot be below itself, nor the tree any deeper",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(patch): Json<UnitPatch>,
) -> Result<Tagged, Problem> {
    let version = if_match(&headers)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let change = UnitChange { name: patch.name.as_ref().map(Name::as_str), parent_id: patch.parent_id };
    let row = outcome(units::change(&mut tx, &house.ids, id, version, change, house.clock.now()).await?)?;
    tx.commit().await?;
    Ok(tagged(row))
}

/// Remove a unit
///
/// Only one that nothing belongs to: no unit below it, no people, customers, keys or visits.
#[utoipa::path(delete, path = "/v1/units/{id}", tag = "people", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is gone"),
    (status = 409, description = "`state_forbids`: something still belongs to it", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn remove(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    match units::remove(&mut tx, &house.ids, id, house.clock.now()).await {
        Ok(true) => tx.commit().await?,
        Ok(false) => return Err(ProblemKind::NotFound.into()),
        Err(StoreError::Conflict(_)) => return Err(ProblemKind::StateForbids.into()),
        Err(error) => return Err(error.into()),
    }
    Ok(StatusCode::NO_CONTENT)
}

fn outcome(changed: Changed) -> Result<Unit, Problem> {
    let at_parent = |kind, code| Problem::with(kind, Fault::at("/parent_id", code));
    Err(match changed {
        Changed::Done(unit) => return Ok(unit),
        Changed::NotThere => ProblemKind::NotFound.into(),
        Changed::VersionDiffers => ProblemKind::VersionDiffers.into(),
        Changed::ParentUnknown => at_parent(ProblemKind::FieldsRefused, FaultCode::NotKnown),
        Changed::IntoItself | Changed::TooDeep => at_parent(ProblemKind::StateForbids, FaultCode::NotAllowed),
    })
}
