//! The organisation's own settings.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use store::people::organisation::{self, Organisation, OrganisationChange};
use utoipa::ToSchema;
use uuid::Uuid;

use super::values::{LanguageTag, Name, Zone, given};
use crate::House;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::{etag, if_match};
use crate::sessions::Caller;

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationBody {
    pub id: Uuid,
    /// What people type when they sign in.
    #[schema(example = "acme")]
    pub code: String,
    pub name: String,
    /// The IANA zone that days and times are shown in.
    #[schema(example = "Asia/Shanghai")]
    pub zone: String,
    #[schema(value_type = LanguageTag)]
    pub language: String,
}

impl From<Organisation> for OrganisationBody {
    fn from(row: Organisation) -> Self {
        Self { id: row.id, code: row.code, name: row.name, zone: row.zone, language: row.language }
    }
}

/// Settings to change; what is left out stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<Name>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    zone: Option<Zone>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    language: Option<LanguageTag>,
}

type Tagged = ([(HeaderName, HeaderValue); 1], Json<OrganisationBody>);

fn tagged(row: Organisation) -> Tagged {
    ([(header::ETAG, etag(row.version))], Json(row.into()))
}

/// The organisation's settings
#[utoipa::path(get, path = "/v1/organisation", tag = "people", responses(
    (status = 200, description = "The settings", body = OrganisationBody, headers(("ETag" = String, description = "Their version"))),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller) -> Result<Tagged, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = organisation::find(&mut tx).await?;
    tx.commit().await?;
    Ok(tagged(row))
}

/// Change the organisation's settings
#[utoipa::path(patch, path = "/v1/organisation", tag = "people", request_body = OrganisationPatch,
    params(("If-Match" = String, Header, description = "The version that was read, from `ETag`")),
    responses(
        (status = 200, description = "The settings", body = OrganisationBody, headers(("ETag" = String, description = "Their version"))),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Json(patch): Json<OrganisationPatch>,
) -> Result<Tagged, Problem> {
    let version = if_match(&headers)?;
    let change = OrganisationChange {
        name: patch.name.as_ref().map(Name::as_str),
        zone: patch.zone.as_ref().map(Zone::as_str),
        language: patch.language.map(LanguageTag::as_str),
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let row = organisation::change(&mut tx, &house.ids, version, change, house.clock.now()).await?.ok_or(ProblemKind::VersionDiffers)?;
    tx.commit().await?;
    Ok(tagged(row))
}
