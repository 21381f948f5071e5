//! What was done to a lead, as the log has it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// One action of the log.
#[derive(Debug)]
pub struct Entry {
    pub id: Uuid,
    pub kind: String,
    /// `None` when the house itself acted.
    pub actor_id: Option<Uuid>,
    pub actor_name: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

/// What was done to a lead and to its person, last first, after the given instant and id; at most `limit` + 1. Whether the lead may be
/// seen, the caller has asked.
///
/// # Errors
/// As any statement.
pub async fn list(
    tx: &mut Tx,
    (lead_id, contact_id): (Uuid, Uuid),
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_at, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Entry,
        r#"select a.id, a.kind, a.actor_id, u.name as "actor_name?", a.occurred_at, a.recorded_at, a.data
           from actions a left join users u on u.organisation_id = a.organisation_id and u.id = a.actor_id
           where a.organisation_id = $1
             and ((a.subject_kind = 'lead' and a.subject_id = $2) or (a.subject_kind = 'contact' and a.subject_id = $3))
             and ($4::timestamptz is null or (a.recorded_at, a.id) < ($4, $5))
           order by a.recorded_at desc, a.id desc limit $6"#,
        organisation_id,
        lead_id,
        contact_id,
        after_at,
        after_id,
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?)
}
