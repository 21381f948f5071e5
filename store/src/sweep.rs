//! Rows that have served their purpose, removed a batch at a time within one organisation.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::customers::imports;
use crate::{Database, Scope, StoreError, Tx, deals, deliveries, documents, events, looks};

/// Something that is removed once it is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leavings {
    /// Answers kept for requests that might be repeated.
    IdempotentAnswers,
    /// Brakes on guessing that nobody has touched since.
    LoginBrakes,
    /// Sessions that ended.
    EndedSessions,
    /// Challenges that ran out and were never used.
    UnusedChallenges,
    /// Files of customers that were never applied, closed by [`imports::close_stale`].
    StaleImports,
    /// Deliveries that were settled, with their attempts.
    SettledDeliveries,
    /// Events that are on their way to nobody.
    ToldEvents,
    /// Who looked at what.
    Looks,
    /// Calls of a tracked link that were nobody's opening.
    DocumentHits,
    /// Ids of what was told of deals, by which a repetition is known.
    DealTellings,
}

impl Leavings {
    pub const ALL: [Self; 10] = [
        Self::IdempotentAnswers,
        Self::LoginBrakes,
        Self::EndedSessions,
        Self::UnusedChallenges,
        Self::StaleImports,
        Self::SettledDeliveries,
        Self::ToldEvents,
        Self::Looks,
        Self::DocumentHits,
        Self::DealTellings,
    ];

    /// The name in logs and measurements.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IdempotentAnswers => "idempotent_answers",
            Self::LoginBrakes => "login_brakes",
            Self::EndedSessions => "ended_sessions",
            Self::UnusedChallenges => "unused_challenges",
            Self::StaleImports => "stale_imports",
            Self::SettledDeliveries => "settled_deliveries",
            Self::ToldEvents => "told_events",
            Self::Looks => "looks",
            Self::DocumentHits => "document_hits",
            Self::DealTellings => "deal_tellings",
        }
    }
}

/// Removes up to `limit` of them that were done with before `before`. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn remove(tx: &mut Tx, leavings: Leavings, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let removed = match leavings {
        Leavings::IdempotentAnswers => {
            sqlx::query!(
                "delete from idempotent_answers where organisation_id = $1 and ctid = any (array(
                    select ctid from idempotent_answers where organisation_id = $1 and created_at < $2 limit $3))",
                organisation_id,
                before,
                limit
            )
            .execute(&mut *tx)
            .await
        }
        Leavings::LoginBrakes => {
            sqlx::query!(
                "delete from login_brakes where organisation_id = $1 and ctid = any (array(
                    select ctid from login_brakes where organisation_id = $1 and touched_at < $2 and free_at < $2 limit $3))",
                organisation_id,
                before,
                limit
            )
            .execute(&mut *tx)
            .await
        }
        Leavings::EndedSessions => {
            sqlx::query!(
                "delete from sessions where organisation_id = $1 and ctid = any (array(
                    select ctid from sessions where organisation_id = $1 and least(ended_at, expires_at) < $2 limit $3))",
                organisation_id,
                before,
                limit
            )
            .execute(&mut *tx)
            .await
        }
        Leavings::UnusedChallenges => {
            sqlx::query!(
                "delete from challenges where organisation_id = $1 and ctid = any (array(
                    select ctid from challenges where organisation_id = $1 and expires_at < $2 and used_by is null limit $3))",
                organisation_id,
                before,
                limit
            )
            .execute(&mut *tx)
            .await
        }
        Leavings::StaleImports => return imports::remove_stale(tx, before, limit).await,
        Leavings::SettledDeliveries => return deliveries::ended::remove_settled(tx, before, limit).await,
        Leavings::ToldEvents => return events::remove_told(tx, before, limit).await,
        Leavings::Looks => return looks::forget(tx, before, limit).await,
        Leavings::DocumentHits => return documents::hits::forget(tx, before, limit).await,
        Leavings::DealTellings => return deals::deeds::forget_told(tx, before, limit).await,
    };
    Ok(removed?.rows_affected())
}

/// Makes the log's partition for the month that begins on `month`, where it is missing.
///
/// # Errors
/// As any statement; `Conflict` when rows of that month already lie in the partition for the rest, where they may stay.
pub async fn make_action_partition(db: &Database, month: NaiveDate) -> Result<(), StoreError> {
    let mut tx = db.begin(&Scope::house(Uuid::nil())).await?;
    sqlx::query!("select app.make_action_partition($1)", month).execute(&mut tx).await?;
    tx.commit().await
}
