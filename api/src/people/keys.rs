//! Integrators' keys: made, listed and revoked by admins.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::people::keys::{self, Key};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::values::{KeyScopes, Name};
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Instant;
use crate::sessions::Caller;
use crate::sessions::bearer_key::{Addressed, KEY_PREFIX};

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct KeyBody {
    pub id: Uuid,
    #[schema(example = "CRM")]
    pub name: String,
    #[schema(value_type = Vec<lists::KeyScope>)]
    pub scopes: Vec<String>,
    /// What belongs to this unit and below is reachable.
    pub unit_id: Uuid,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl From<Key> for KeyBody {
    fn from(row: Key) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: row.scopes,
            unit_id: row.unit_id,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A fresh key.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub struct FreshKey {
    #[serde(flatten)]
    pub key: KeyBody,
    /// For `Authorization: Bearer`. Shown in this answer only; null when the request is a repetition under an `Idempotency-Key`.
    #[schema(example = "fpk_…")]
    pub secret: Option<String>,
}

/// A key to make.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyToMake {
    name: Name,
    scopes: KeyScopes,
    unit_id: Uuid,
    /// Null: when it is revoked.
    #[serde(default)]
    expires_at: Option<Instant>,
}

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeyQuery {
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Integrators' keys
#[utoipa::path(get, path = "/v1/api-keys", tag = "people", params(KeyQuery), responses(
    (status = 200, description = "A page of keys, oldest first", body = Page<KeyBody>),
))]
pub async fn list(State(house): State<Arc<House>>, caller: Caller, Query(query): Query<KeyQuery>) -> Result<Json<Page<KeyBody>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode(query.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = keys::list(&mut tx, after, limit + 1).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| row.id).map(KeyBody::from)))
}

/// Make a key for an integrator
#[utoipa::path(post, path = "/v1/api-keys", tag = "people", request_body = KeyToMake,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same, without the secret, and makes nothing")),
    responses((status = 201, description = "The key, with its secret", body = FreshKey, headers(("Location" = String)))))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(new): Json<KeyToMake>,
) -> Result<Response, Problem> {
    let once = Once::new(caller.id(), "/v1/api-keys", key, &new);
    let now = house.clock.now();
    if new.expires_at.is_some_and(|expires_at| expires_at.0 <= now) {
        return Err(Fault::at("/expires_at", FaultCode::OutOfRange).into());
    }
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let address = Addressed { organisation_id: caller.scope.organisation_id, id: house.ids.next(), secret: platform::secrets::random_32() };
    let row = Key {
        id: address.id,
        name: new.name.into_string(),
        scopes: new.scopes.0,
        unit_id: new.unit_id,
        created_by: caller.id(),
        created_at: now,
        expires_at: new.expires_at.map(|expires_at| expires_at.0),
        revoked_at: None,
    };
    keys::create(&mut tx, &house.ids, &row, &address.sha256()).await.map_err(|error| match error.constraint() {
        Some("api_key_unit_exists") => Fault::at("/unit_id", FaultCode::NotKnown).into(),
        _ => Problem::from(error),
    })?;
    let mut fresh = FreshKey { key: row.into(), secret: None };
    once.keep(&mut tx, StatusCode::CREATED, &fresh, now).await?;
    tx.commit().await?;
    fresh.secret = Some(address.write(KEY_PREFIX));
    let headers = [(header::LOCATION, format!("/v1/api-keys/{}", address.id))];
    Ok((StatusCode::CREATED, headers, Json(fresh)).into_response())
}

/// Revoke a key
///
/// It is refused from now on; it stays in the list.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "people", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is revoked"),
))]
pub async fn revoke(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let revoked = keys::revoke(&mut tx, &house.ids, id, house.clock.now()).await?;
    tx.commit().await?;
    if revoked { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemKind::NotFound.into()) }
}
