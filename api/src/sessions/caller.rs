//! Who calls: somebody whose credentials are good, and allowed by the page of permissions. Nothing is answered before.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use domain::people::Role;
use domain::texts::Language;
use store::Scope;
use uuid::Uuid;

use super::identity::{Identity, Known};
use crate::House;
use crate::http::fault::{Fault, FaultCode};
use crate::http::language::language_of;
use crate::http::problem::{Problem, ProblemKind};
use crate::permissions::{PRECISE_POSITIONS, Permission, permission_for};
use crate::place::Precision;

/// For whom an answer is written: in which language, and how exactly it says where things are.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub language: Language,
    pub precision: Precision,
}

/// A verified caller who may call this operation.
#[derive(Debug, Clone)]
pub struct Caller {
    pub scope: Scope,
    pub language: Language,
    /// How exactly they are told where things are.
    pub precision: Precision,
}

impl Caller {
    /// The calling user or key.
    pub fn id(&self) -> Uuid {
        self.scope.actor_id().unwrap_or_default()
    }

    pub fn role(&self) -> Role {
        self.scope.role
    }

    /// How answers are written for them.
    pub fn reader(&self) -> Reader {
        Reader { language: self.language, precision: self.precision }
    }
}

/// People work with the places that they see; most integrators do not, and what they are sent is stored once more.
fn precision_for(granted: Option<&[String]>) -> Precision {
    match granted {
        Some(granted) if granted.iter().all(|scope| scope != PRECISE_POSITIONS) => Precision::Rough,
        _ => Precision::Exact,
    }
}

impl FromRequestParts<Arc<House>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<House>) -> Result<Self, Problem> {
        let identity = parts.extensions.get::<Identity>().cloned().ok_or(ProblemKind::Bug)?;
        let Known { scope, granted } = identity.proven()?;
        let path = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let permission = permission_for(&parts.method, path);
        match &granted {
            Some(granted) if !permission.is_some_and(|line| line.admits_key(granted)) => return Err(key_lacks(permission)),
            None if !permission.is_some_and(|line| line.roles.contains(&scope.role)) => return Err(ProblemKind::NotPermitted.into()),
            _ => {}
        }
        Ok(Self { scope, language: language_of(&parts.headers), precision: precision_for(granted.as_deref()) })
    }
}

/// A key has no role, so it is told which scope it lacks; where no scope would help, nothing more.
fn key_lacks(permission: Option<&Permission>) -> Problem {
    match permission.and_then(|line| line.key_scope) {
        Some(scope) => Problem::with(ProblemKind::KeyNotPermitted, Fault::at("Authorization", FaultCode::ScopeMissing).allowing(scope)),
        None => ProblemKind::KeyNotPermitted.into(),
    }
}
