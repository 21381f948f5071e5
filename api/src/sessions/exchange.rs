//! Signing in with a token of an issuer that the organisation trusts.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use store::Scope;
use store::people::issuers::{self, Issuer};
use store::people::users::{self, NamedBy};
use utoipa::ToSchema;

use super::foreign_token::{Expected, introduction, verify};
use super::tokens::{Tokens, open_session};
use crate::House;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;

/// An issuer's token to exchange.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The organisation's code.
    #[schema(example = "acme")]
    organisation: Text<1, 100>,
    /// An ID token (`OpenID` Connect) or a JWT access token.
    token: Text<1, 8192>,
}

/// Sign in with a token of a trusted issuer
#[utoipa::path(post, path = "/v1/auth/oidc", tag = "sessions", request_body = Exchange, responses(
    (status = 200, description = "The session's first pair of tokens", body = Tokens),
    (status = 401, description = "`token_refused`: the token is not from a trusted issuer, not for us, not timely, or names nobody here",
        body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn exchange(State(house): State<Arc<House>>, Json(request): Json<Exchange>) -> Result<Json<Tokens>, Problem> {
    let token = request.token.as_str().trim();
    let said = introduction(token).ok_or(ProblemKind::TokenRefused)?;
    let organisation = request.organisation.as_str().trim().to_lowercase();
    let organisation_id = house.db.organisation_id_of(&organisation).await?.ok_or(ProblemKind::TokenRefused)?;
    let scope = Scope::house(organisation_id);

    let mut tx = house.db.begin(&scope).await?;
    let issuer = issuers::called(&mut tx, &said.issuer).await?;
    tx.commit().await?;
    let issuer = issuer.ok_or(ProblemKind::TokenRefused)?;

    let now = house.clock.now();
    let key = house.issuer_keys.find(&issuer.jwks_url, &said.kid, now).await?.ok_or(ProblemKind::TokenRefused)?;
    let expected = Expected { issuer: &issuer.issuer, audience: &issuer.audience, user_claim: &issuer.user_claim };
    let name = verify(token, &key, &expected, now).ok_or(ProblemKind::TokenRefused)?;

    let mut tx = house.db.begin(&scope).await?;
    let login = name.to_lowercase();
    let user = users::named(&mut tx, named_by(&issuer, &name, &login)).await?.ok_or(ProblemKind::TokenRefused)?;
    let tokens = open_session(&mut tx, &house, user.user_id, user.access_epoch).await?;
    tx.commit().await?;
    tokens.map(Json).ok_or(ProblemKind::TokenRefused.into())
}

fn named_by<'a>(issuer: &Issuer, name: &'a str, login: &'a str) -> NamedBy<'a> {
    if issuer.match_by == "login" { NamedBy::Login(login) } else { NamedBy::ExternalSubject(name) }
}
