//! Who a request says it is from, and whether that is so: found out once, before anything else is asked.
//!
//! People's tokens are verified in memory, keys are looked up. What the caller may do is another question: [`super::Caller`].

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use store::{Actor, Scope};

use super::bearer_key::BearerKey;
use crate::House;
use crate::http::address::ClientAddress;
use crate::http::problem::{Problem, ProblemKind};

/// What a request's credentials came to.
#[derive(Debug, Clone)]
pub struct Identity(Result<Known, Problem>);

/// Somebody whose credentials are good.
#[derive(Debug, Clone)]
pub struct Known {
    pub scope: Scope,
    /// What a key was granted; `None` for people, whose role says what they may.
    pub granted: Option<Vec<String>>,
}

impl Identity {
    /// The scope of somebody whose credentials are good.
    pub fn known(&self) -> Option<&Scope> {
        self.0.as_ref().ok().map(|known| &known.scope)
    }

    /// Who it is.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn proven(self) -> Result<Known, Problem> {
        self.0
    }
}

/// Finds out who asks, for everybody behind.
pub async fn identify(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>().copied();
    let identity = match bearer(request.headers()).map(str::to_owned) {
        Some(token) => prove(&house, &token, address).await,
        None => Err(ProblemKind::TokenMissing.into()),
    };
    request.extensions_mut().insert(Identity(identity));
    next.run(request).await
}

async fn prove(house: &House, token: &str, address: Option<ClientAddress>) -> Result<Known, Problem> {
    if let Some(key) = BearerKey::parse(token) {
        // Looking a key up costs a round trip: a network that has sent too many bad ones waits, whatever it sends.
        address.map_or(Ok(()), |ClientAddress(address)| house.allowances.stranger_may(address))?;
        let (scope, granted) = key.look_up(house).await?;
        return Ok(Known { scope, granted: Some(granted) });
    }
    let claims = house.keyring.verify(token, house.clock.now()).ok_or(ProblemKind::TokenRefused)?;
    let scope = Scope {
        organisation_id: claims.org,
        actor: Actor::User { id: claims.sub, session_id: claims.sid, access_epoch: claims.epoch },
        role: claims.role,
        unit_id: Some(claims.unit),
    };
    Ok(Known { scope, granted: None })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty() && token.len() <= 4096)
}
