//! The log: every change that people or timers make is one appended action, and this is the one door to it.

use chrono::{DateTime, Utc};
use domain::playbook::{self, ActionKind, SubjectKind};
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx, engine};

/// Something that somebody did to a subject.
#[derive(Debug)]
pub struct Action<'a> {
    pub id: Uuid,
    /// `None` when the house itself acted.
    pub actor_id: Option<Uuid>,
    /// `subject.verb`, as in `visit.reviewed`.
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

/// Appends an action in the caller's transaction, and does what the playbook says follows from it.
///
/// # Errors
/// As any statement; `Corrupt` when the playbook has rules about the subject and nobody has introduced it.
pub async fn record(tx: &mut Tx, action: Action<'_>) -> Result<(), StoreError> {
    record_about(tx, action, &[]).await
}

/// As [`record`], for an action that is also about other subjects. What follows, follows for each.
///
/// # Errors
/// As [`record`].
pub async fn record_about(tx: &mut Tx, action: Action<'_>, also: &[(SubjectKind, Uuid)]) -> Result<(), StoreError> {
    append(tx, &action).await?;
    if !also.is_empty() {
        append_subjects(tx, &action, also).await?;
    }
    let Some(kind) = ActionKind::parse(action.kind) else { return Ok(()) };
    let own = SubjectKind::parse(action.subject_kind).map(|kind| (kind, action.subject_id));
    let about = own.into_iter().chain(also.iter().copied()).filter(|(subject, _)| kind.is_about(*subject)).collect::<Vec<_>>();
    if about.is_empty() {
        return Ok(());
    }
    let action = playbook::Action {
        id: action.id,
        kind,
        actor_role: action.actor_id.map(|_| tx.scope().role),
        occurred_at: action.occurred_at,
        recorded_at: action.recorded_at,
        data: match action.data {
            Value::Object(data) => data,
            _ => serde_json::Map::new(),
        },
    };
    engine::follow(tx, &action, &about).await
}

async fn append(tx: &mut Tx, action: &Action<'_>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation_id,
        action.id,
        action.actor_id,
        action.kind,
        action.subject_kind,
        action.subject_id,
        action.occurred_at,
        action.recorded_at,
        action.data
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn append_subjects(tx: &mut Tx, action: &Action<'_>, also: &[(SubjectKind, Uuid)]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids): (Vec<_>, Vec<_>) = also.iter().map(|(kind, id)| (kind.as_str().to_owned(), *id)).unzip();
    sqlx::query!(
        "insert into action_subjects (organisation_id, subject_kind, subject_id, recorded_at, action_id)
         select $1, x.kind, x.id, $4, $5 from unnest($2::text[], $3::uuid[]) x (kind, id) on conflict do nothing",
        organisation_id,
        &kinds,
        &ids,
        action.recorded_at,
        action.id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
