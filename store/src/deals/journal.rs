//! What was done about a deal, as the log has it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::leads::journal::Entry;
use crate::{StoreError, Tx};

/// What was done about a deal, also at its customer's, last first, after the given instant and id; at most `limit` + 1. Whether the deal
/// may be seen, the caller has asked.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, deal_id: Uuid, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_at, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Entry,
        r#"with own as (
               select a.id, a.kind, a.actor_id, a.occurred_at, a.recorded_at, a.data from actions a
               where a.organisation_id = $1 and a.subject_kind = 'deal' and a.subject_id = $2
                 and ($3::timestamptz is null or (a.recorded_at, a.id) < ($3, $4))
               order by a.recorded_at desc, a.id desc limit $5
           ), told as (
               select a.id, a.kind, a.actor_id, a.occurred_at, a.recorded_at, a.data from action_subjects s
               join actions a on a.organisation_id = $1 and a.recorded_at = s.recorded_at and a.id = s.action_id
               where s.organisation_id = $1 and s.subject_kind = 'deal' and s.subject_id = $2
                 and ($3::timestamptz is null or (s.recorded_at, s.action_id) < ($3, $4))
               order by s.recorded_at desc, s.action_id desc limit $5
           ), entries as (select * from own union all select * from told)
           select entries.id as "id!", entries.kind as "kind!", entries.actor_id, u.name as "actor_name?", entries.occurred_at as "occurred_at!",
                  entries.recorded_at as "recorded_at!", entries.data as "data!"
           from entries left join users u on u.organisation_id = $1 and u.id = entries.actor_id
           order by entries.recorded_at desc, entries.id desc limit $5"#,
        organisation_id,
        deal_id,
        after_at,
        after_id,
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?)
}
