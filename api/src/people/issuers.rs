//! Issuers whose tokens an organisation accepts for signing in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use store::people::issuers::{self, Issuer};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

/// A trusted issuer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OidcIssuer)]
pub struct IssuerBody {
    pub id: Uuid,
    pub issuer: String,
    pub audience: String,
    pub jwks_url: String,
    pub user_claim: String,
    pub match_by: MatchBy,
    pub created_at: DateTime<Utc>,
}

impl From<Issuer> for IssuerBody {
    fn from(row: Issuer) -> Self {
        Self {
            id: row.id,
            issuer: row.issuer,
            audience: row.audience,
            jwks_url: row.jwks_url,
            user_claim: row.user_claim,
            match_by: if row.match_by == "login" { MatchBy::Login } else { MatchBy::ExternalSubject },
            created_at: row.created_at,
        }
    }
}

/// What of a user the issuer's claim is compared with.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchBy {
    #[default]
    ExternalSubject,
    Login,
}

impl MatchBy {
    fn as_str(self) -> &'static str {
        match self {
            Self::ExternalSubject => "external_subject",
            Self::Login => "login",
        }
    }
}

/// An issuer to trust.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerToTrust {
    /// Exactly what its tokens say in `iss`.
    #[schema(example = "https://id.example.com")]
    issuer: Text<1, 500>,
    /// What its tokens for us say in `aud`.
    #[schema(example = "fieldproof")]
    audience: Text<1, 255>,
    /// Where it publishes its keys; https, on the public internet.
    #[schema(example = "https://id.example.com/keys")]
    jwks_url: Text<1, 1000>,
    /// The claim that names the user; `sub` when left out.
    #[serde(default)]
    user_claim: Option<Text<1, 100>>,
    /// `external_subject` when left out.
    #[serde(default)]
    match_by: Option<MatchBy>,
}

/// Which issuers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IssuerQuery {
    #[param(inline)]
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Trusted issuers
#[utoipa::path(get, path = "/v1/oidc-issuers", tag = "people", params(IssuerQuery), responses(
    (status = 200, description = "A page of issuers", body = Page<IssuerBody>),
))]
pub async fn list(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<IssuerQuery>,
) -> Result<Json<Page<IssuerBody>>, Problem> {
    let (limit, after) = (limit_of(query.limit), decode(query.cursor.as_deref())?);
    let mut tx = house.db.begin(&caller.scope).await?;
    let rows = issuers::list(&mut tx, after, limit + 1).await?;
    tx.commit().await?;
    Ok(Json(Page::cut(rows, limit, |row| row.id).map(IssuerBody::from)))
}

/// Trust an issuer, or change how
///
/// The id is the client's choice; the same request again changes nothing.
#[utoipa::path(put, path = "/v1/oidc-issuers/{id}", tag = "people", request_body = IssuerToTrust, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The issuer, changed", body = IssuerBody),
    (status = 201, description = "The issuer, new", body = IssuerBody),
    (status = 409, description = "`duplicate`: the issuer is trusted under another id", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn put(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(new): Json<IssuerToTrust>,
) -> Result<(StatusCode, Json<IssuerBody>), Problem> {
    let url = Url::parse(new.jwks_url.as_str()).map_err(|_| Fault::at("/jwks_url", FaultCode::Malformed))?;
    if !house.issuer_keys.outside().allows(&url) {
        return Err(Fault::at("/jwks_url", FaultCode::NotAllowed).into());
    }
    let now = house.clock.now();
    let row = Issuer {
        id,
        issuer: new.issuer.into_string(),
        audience: new.audience.into_string(),
        jwks_url: url.into(),
        user_claim: new.user_claim.map_or_else(|| "sub".to_owned(), Text::into_string),
        match_by: new.match_by.unwrap_or_default().as_str().to_owned(),
        created_at: now,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let (row, is_new) = issuers::put(&mut tx, &house.ids, &row, now).await.map_err(|error| match error.constraint() {
        Some("oidc_issuer_unique") => Problem::with(ProblemKind::Duplicate, Fault::at("/issuer", FaultCode::Duplicate)),
        _ => error.into(),
    })?;
    tx.commit().await?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(row.into())))
}

/// Trust an issuer no longer
///
/// Sessions that were opened with its tokens go on; end them one by one, or disable the people.
#[utoipa::path(delete, path = "/v1/oidc-issuers/{id}", tag = "people", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is trusted no longer"),
))]
pub async fn remove(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let removed = issuers::remove(&mut tx, &house.ids, id, house.clock.now()).await?;
    tx.commit().await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(ProblemKind::NotFound.into()) }
}
