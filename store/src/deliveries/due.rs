//! What is due, over all organisations.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Database, Scope, StoreError};

/// What is due, and when there is something to do again.
#[derive(Debug)]
pub struct Look {
    /// By the database's clock, or the one that was given.
    pub now: DateTime<Utc>,
    /// By organisation.
    pub due: BTreeMap<Uuid, Vec<Uuid>>,
    /// When the next one is due, where nothing is due now.
    pub next_at: Option<DateTime<Utc>>,
}

/// Up to `limit` due deliveries, the longest waiting first, but for those of `passed` organisations. `now` is the database's when none is
/// given.
///
/// # Errors
/// As any statement.
pub async fn look(db: &Database, now: Option<DateTime<Utc>>, limit: i32, passed: &[Uuid]) -> Result<Look, StoreError> {
    // Nobody's scope: only the functions, which name what is due, see anything.
    let mut tx = db.begin(&Scope::house(Uuid::nil())).await?;
    let asked =
        sqlx::query!(r#"select coalesce($1, now()) as "now!", app.next_delivery_due_at() as next_at"#, now).fetch_one(&mut tx).await?;
    let (now, next_at) = (asked.now, asked.next_at);
    if next_at.is_none_or(|next| next > now) {
        tx.commit().await?;
        return Ok(Look { now, due: BTreeMap::new(), next_at });
    }
    let rows = sqlx::query!(
        r#"select organisation_id as "organisation_id!", id as "id!" from app.deliveries_due($1, $2, $3)"#,
        now,
        limit,
        passed
    )
    .fetch_all(&mut tx)
    .await?;
    tx.commit().await?;
    let mut due = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        due.entry(row.organisation_id).or_default().push(row.id);
    }
    Ok(Look { now, due, next_at: None })
}
