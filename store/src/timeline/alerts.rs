//! Alerts that entries are about.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A timer that ran out, as far as its entries tell of it.
#[derive(Debug, Clone)]
pub struct Alert {
    pub id: Uuid,
    pub code: String,
    pub subject_kind: String,
    /// Where the subject stood when it was raised.
    pub stage: Option<String>,
    /// From when the timer counted.
    pub opened_at: DateTime<Utc>,
    pub playbook_version: i32,
    /// Why the timer was closed, once it is.
    pub ended: Option<String>,
    pub is_in_time: bool,
}

/// The alerts with these ids.
///
/// # Errors
/// As any statement.
pub async fn alerts(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Alert>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Alert,
        r#"select i.id, i.code, i.subject_kind, i.stage, i.opened_at, i.playbook_version, t.closed_because as ended,
             coalesce(i.in_time, false) as "is_in_time!"
           from incidents i join timers t on t.organisation_id = i.organisation_id and t.id = i.timer_id
           where i.organisation_id = $1 and i.id = any ($2)"#,
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}
