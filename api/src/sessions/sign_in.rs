//! Signing in with a password. An organisation, a login and a password that do not fit together are told apart neither by the answer nor
//! by how long it takes, and guessing gets slower with every mistake.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::people::brake::Brake;
use serde::Deserialize;
use store::Scope;
use store::people::brakes::{self, BrakeKey};
use store::people::passwords::{self, Credentials};
use utoipa::ToSchema;

use super::network::{brake_key, network_of};
use super::tokens::{Tokens, open_session};
use crate::House;
use crate::http::address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The organisation's code.
    #[schema(example = "acme")]
    organisation: Text<1, 100>,
    #[schema(example = "li.wei")]
    login: Text<1, 100>,
    password: Text<1, 200>,
}

/// Sign in
///
/// Wrong passwords for the same login from the same network are answered more and more slowly (429 with `Retry-After`); other networks
/// do not notice.
#[utoipa::path(post, path = "/v1/auth/token", tag = "sessions", request_body = SignIn, responses(
    (status = 200, description = "The session's first pair of tokens", body = Tokens),
    (status = 401, description = "`login_refused`: organisation, login and password do not fit together",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`: too many wrong passwords, or too many requests; `Retry-After` says when to try again",
        body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn sign_in(
    State(house): State<Arc<House>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Json(request): Json<SignIn>,
) -> Result<Json<Tokens>, Problem> {
    let organisation = request.organisation.as_str().trim().to_lowercase();
    let login = request.login.as_str().trim().to_lowercase();
    let key = brake_key(&organisation, &login, address);
    // An organisation that does not exist is the nil one, where nobody is and guesses are counted all the same.
    let organisation_id = house.db.organisation_id_of(&organisation).await?.unwrap_or_default();
    let scope = Scope::house(organisation_id);

    let mut tx = house.db.begin(&scope).await?;
    let brake = brakes::glance(&mut tx, &key).await?;
    let credentials = passwords::find(&mut tx, &login).await?;
    tx.commit().await?;
    wait_for(brake, house.clock.now())?;

    let kept_hash = credentials.as_ref().and_then(|found| found.password_hash.clone());
    let fits = house.passwords.fits(request.password.into_string(), kept_hash).await?;
    match credentials.filter(|_| fits) {
        Some(credentials) => admit(&house, &scope, &key, &credentials).await.map(Json),
        None => Err(refuse(&house, &scope, &key, address).await?),
    }
}

/// Opens the session, unless other guesses that were under way at the same time have put the brake on: then the right password must wait
/// as well, or guessing in parallel would be free.
async fn admit(house: &House, scope: &Scope, key: &BrakeKey, credentials: &Credentials) -> Result<Tokens, Problem> {
    let mut tx = house.db.begin(scope).await?;
    let brake = brakes::hold(&mut tx, key).await?;
    wait_for(brake, house.clock.now())?;
    if brake.is_some() {
        brakes::release(&mut tx, key).await?;
    }
    let tokens = open_session(&mut tx, house, credentials.user_id, credentials.access_epoch).await?;
    tx.commit().await?;
    tokens.ok_or(ProblemKind::LoginRefused.into())
}

/// Counts the mistake and words the refusal.
async fn refuse(house: &House, scope: &Scope, key: &BrakeKey, address: IpAddr) -> Result<Problem, Problem> {
    let mut tx = house.db.begin(scope).await?;
    let now = house.clock.now();
    let brake = brakes::hold_or_make(&mut tx, key, now).await?;
    wait_for(Some(brake), now)?;
    let brake = brake.after_failure(now);
    brakes::set(&mut tx, key, &brake).await?;
    tx.commit().await?;
    let network = network_of(address);
    tracing::info!(organisation_id = %scope.organisation_id, %network, failures = brake.failures, "a sign-in was refused");
    metrics::counter!("fieldproof_sign_ins_refused_total").increment(1);
    Ok(ProblemKind::LoginRefused.into())
}

fn wait_for(brake: Option<Brake>, now: DateTime<Utc>) -> Result<(), Problem> {
    match brake.and_then(|brake| brake.wait_s(now)) {
        None => Ok(()),
        Some(seconds) => Err(Problem::from(ProblemKind::TooMany).retry_after(seconds)),
    }
}
