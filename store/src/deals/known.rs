//! What stands around a deal in the engine's tables: the timers that watch it, the stages it has been in, and who wrote what.

use chrono::{DateTime, Utc};
use domain::playbook::Proven;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A timer that runs.
#[derive(Debug, Clone)]
pub struct OpenTimer {
    pub id: Uuid,
    pub code: String,
    pub opened_at: DateTime<Utc>,
    /// `None` when nothing further happens, and it only waits to be closed.
    pub due_at: Option<DateTime<Utc>>,
    /// 0 before it has run out.
    pub step: i32,
}

/// The timers that watch a deal, the next one due first.
///
/// # Errors
/// As any statement.
pub async fn timers(tx: &mut Tx, deal_id: Uuid) -> Result<Vec<OpenTimer>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        OpenTimer,
        "select id, code, opened_at, due_at, step from timers
         where organisation_id = $1 and subject_kind = 'deal' and subject_id = $2 and closed_at is null order by due_at nulls last, code",
        organisation_id,
        deal_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// A stage that the deal entered.
#[derive(Debug, Clone)]
pub struct Stay {
    pub stage: String,
    pub left_stage: Option<String>,
    pub entered_at: DateTime<Utc>,
    /// `started`, `moved` or `placed`.
    pub because: String,
    pub action_id: Uuid,
    /// What it moved there by.
    pub proof: Json<Vec<Proven>>,
}

/// The stages that a deal has been in, in order.
///
/// # Errors
/// As any statement.
pub async fn stays(tx: &mut Tx, deal_id: Uuid) -> Result<Vec<Stay>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Stay,
        r#"select stage, left_stage, entered_at, because, action_id, proof as "proof: Json<Vec<Proven>>" from stays
           where organisation_id = $1 and subject_kind = 'deal' and subject_id = $2 order by entered_at, entry_id"#,
        organisation_id,
        deal_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Who did an action of a deal, and which.
#[derive(Debug, Clone)]
pub struct Author {
    pub action_id: Uuid,
    pub kind: String,
    pub actor_id: Option<Uuid>,
    /// `None` for the house and for keys.
    pub actor_name: Option<String>,
}

/// Who did these actions of a deal, or of something that is about it too.
///
/// # Errors
/// As any statement.
pub async fn authors(tx: &mut Tx, deal_id: Uuid, action_ids: &[Uuid]) -> Result<Vec<Author>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Author,
        r#"with done as (
               select a.id, a.kind, a.actor_id from actions a
               where a.organisation_id = $1 and a.subject_kind = 'deal' and a.subject_id = $2 and a.id = any ($3)
               union
               select a.id, a.kind, a.actor_id from action_subjects s
               join actions a on a.organisation_id = $1 and a.recorded_at = s.recorded_at and a.id = s.action_id
               where s.organisation_id = $1 and s.subject_kind = 'deal' and s.subject_id = $2 and s.action_id = any ($3)
           )
           select done.id as "action_id!", done.kind as "kind!", done.actor_id, u.name as "actor_name?"
           from done left join users u on u.organisation_id = $1 and u.id = done.actor_id"#,
        organisation_id,
        deal_id,
        action_ids
    )
    .fetch_all(&mut *tx)
    .await?)
}
