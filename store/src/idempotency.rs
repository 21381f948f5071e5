//! Answers to creating requests, kept so that a request repeated with the same key is answered and not carried out again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// An answer that was given before.
#[derive(Debug)]
pub struct KeptAnswer {
    pub body_sha256: Vec<u8>,
    pub status: i16,
    /// As it was sent.
    pub answer: String,
}

/// The answer that `actor_id` was given under this key, if any. Until the transaction ends, the same key waits here.
///
/// # Errors
/// As any statement.
pub async fn recall(tx: &mut Tx, actor_id: Uuid, route: &str, key: &str) -> Result<Option<KeptAnswer>, StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text || $2::uuid::text || $3 || $4, 0))",
        organisation_id,
        actor_id,
        route,
        key
    )
    .execute(&mut *tx)
    .await?;
    Ok(sqlx::query_as!(
        KeptAnswer,
        "select body_sha256, status, answer from idempotent_answers
         where organisation_id = $1 and actor_id = $2 and route = $3 and key = $4",
        organisation_id,
        actor_id,
        route,
        key
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Keeps the answer, in the transaction that did what it says.
///
/// # Errors
/// As any statement.
pub async fn keep(tx: &mut Tx, actor_id: Uuid, route: &str, key: &str, answer: KeptAnswer, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into idempotent_answers (organisation_id, actor_id, route, key, body_sha256, status, answer, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation_id,
        actor_id,
        route,
        key,
        answer.body_sha256,
        answer.status,
        answer.answer,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
