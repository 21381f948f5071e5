//! Who calls: verified in memory for people, looked up for keys, and allowed by the page of permissions. Nothing is answered before.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header;
use axum::http::request::Parts;
use domain::people::Role;
use domain::texts::Language;
use store::{Actor, Scope};
use uuid::Uuid;

use super::bearer_key::BearerKey;
use crate::House;
use crate::http::fault::{Fault, FaultCode};
use crate::http::language::language_of;
use crate::http::problem::{Problem, ProblemKind};
use crate::permissions::{Permission, permission_for};

/// A verified caller who may call this operation.
#[derive(Debug, Clone)]
pub struct Caller {
    pub scope: Scope,
    pub language: Language,
}

impl Caller {
    /// The calling user or key.
    pub fn id(&self) -> Uuid {
        self.scope.actor_id().unwrap_or_default()
    }

    pub fn role(&self) -> Role {
        self.scope.role
    }
}

impl FromRequestParts<Arc<House>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or(ProblemKind::TokenMissing)?;
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let permission = permission_for(&parts.method, path);
        let scope = match BearerKey::parse(token) {
            Some(key) => {
                let (scope, granted) = key.look_up(house).await?;
                if !permission.is_some_and(|line| line.admits_key(&granted)) {
                    return Err(key_lacks(permission));
                }
                scope
            }
            None => {
                let claims = house.keyring.verify(token, house.clock.now()).ok_or(ProblemKind::TokenRefused)?;
                if !permission.is_some_and(|line| line.roles.contains(&claims.role)) {
                    return Err(ProblemKind::NotPermitted.into());
                }
                Scope {
                    organisation_id: claims.org,
                    actor: Actor::User { id: claims.sub, session_id: claims.sid, access_epoch: claims.epoch },
                    role: claims.role,
                    unit_id: Some(claims.unit),
                }
            }
        };
        Ok(Self { scope, language: language_of(&parts.headers) })
    }
}

/// A key has no role, so it is told which scope it lacks; where no scope would help, nothing more.
fn key_lacks(permission: Option<&Permission>) -> Problem {
    match permission.and_then(|line| line.key_scope) {
        Some(scope) => Problem::with(ProblemKind::KeyNotPermitted, Fault::at("Authorization", FaultCode::ScopeMissing).allowing(scope)),
        None => ProblemKind::KeyNotPermitted.into(),
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty() && token.len() <= 4096)
}
