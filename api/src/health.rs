//! Whether the process lives, and whether it can do its work.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::House;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemKind};

/// How the house is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    pub status: Standing,
    /// The database answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub database: Option<Standing>,
    /// Object storage answers; without it visits wait for their photos, but nothing is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub object_storage: Option<Standing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Ok,
    Away,
}

/// The process lives
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "It lives", body = Health)))]
pub async fn alive() -> Json<Health> {
    Json(Health { status: Standing::Ok, database: None, object_storage: None })
}

/// The process can do its work
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "It can", body = Health),
    (status = 503, description = "The database is away", body = Health),
))]
pub async fn ready(State(house): State<Arc<House>>) -> (StatusCode, Json<Health>) {
    let (database, storage) = tokio::join!(house.db.ping(), house.objects.ping());
    let standing = |answer: Result<(), store::StoreError>| if answer.is_ok() { Standing::Ok } else { Standing::Away };
    let (database, object_storage) = (standing(database), standing(storage));
    let status = if database == Standing::Ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Health { status: database, database: Some(database), object_storage: Some(object_storage) }))
}

/// The process's figures in the Prometheus text format
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "Figures", body = String, content_type = "text/plain; version=0.0.4"),
    (status = 404, description = "They are not collected in this process"),
))]
pub async fn figures() -> Result<([(HeaderName, HeaderValue); 1], String), Problem> {
    let figures = platform::telemetry::figures().ok_or(ProblemKind::NotFound)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"))], figures))
}
