//! `Idempotency-Key`: a creating POST that is repeated answers what it answered, and does nothing again.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Tx;
use store::idempotency::{KeptAnswer, keep, recall};
use uuid::Uuid;

use super::fault::{Fault, FaultCode};
use super::problem::{Problem, ProblemKind};

const HEADER: &str = "idempotency-key";

/// The request's key, if it has one: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        let key = key.ok_or_else(|| Problem::with(ProblemKind::MalformedRequest, Fault::at("Idempotency-Key", FaultCode::Malformed)))?;
        Ok(Self(Some(key.to_owned())))
    }
}

/// One creating request: who sent it, where, under which key, and a fingerprint of what it said.
#[derive(Debug)]
pub struct Once {
    actor_id: Uuid,
    route: &'static str,
    key: Option<String>,
    body_sha256: Vec<u8>,
}

impl Once {
    pub fn new(actor_id: Uuid, route: &'static str, key: IdempotencyKey, body: &impl Serialize) -> Self {
        let body_sha256 = Sha256::digest(serde_json::to_vec(body).unwrap_or_default()).to_vec();
        Self { actor_id, route, key: key.0, body_sha256 }
    }

    /// The answer that was given before, if this request is a repetition: the same body to the byte.
    ///
    /// # Errors
    /// `KeyReused` when the key came with another body.
    pub async fn answered(&self, tx: &mut Tx) -> Result<Option<Response>, Problem> {
        let Some(key) = &self.key else { return Ok(None) };
        let Some(kept) = recall(tx, self.actor_id, self.route, key).await? else { return Ok(None) };
        if kept.body_sha256 != self.body_sha256 {
            return Err(ProblemKind::KeyReused.into());
        }
        let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let json = [(header::CONTENT_TYPE, "application/json")];
        Ok(Some((status.unwrap_or(StatusCode::OK), json, kept.answer).into_response()))
    }

    /// Keeps the answer in the transaction that did the work.
    ///
    /// # Errors
    /// As any statement.
    pub async fn keep(self, tx: &mut Tx, status: StatusCode, answer: &impl Serialize, now: DateTime<Utc>) -> Result<(), Problem> {
        let Some(key) = &self.key else { return Ok(()) };
        let answer = KeptAnswer {
            body_sha256: self.body_sha256,
            status: i16::try_from(status.as_u16()).unwrap_or(200),
            answer: serde_json::to_string(answer).unwrap_or_default(),
        };
        Ok(keep(tx, self.actor_id, self.route, key, answer, now).await?)
    }
}
