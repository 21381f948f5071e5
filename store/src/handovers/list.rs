//! Lists of hand-overs, a page at a time.

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Handover, SHOWN, narrow, push_unit};
use crate::{StoreError, Tx};

/// What a list is narrowed to; whatever is `None` does not narrow.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Codes of stages.
    pub stages: Option<Vec<String>>,
    /// Whoever asked.
    pub asked_by: Option<Uuid>,
    pub department: Option<String>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    /// First asked at or after.
    pub asked_since: Option<DateTime<Utc>>,
}

/// Hand-overs that the caller sees, those asked last first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, wanted: &Wanted, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Handover>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    if let Some(stages) = &wanted.stages {
        query.push(" and s.stage = any (").push_bind(stages.clone()).push(")");
    }
    if let Some(asked_by) = wanted.asked_by {
        query.push(" and h.asked_by = ").push_bind(asked_by);
    }
    if let Some(department) = &wanted.department {
        query.push(" and h.department = ").push_bind(department.clone());
    }
    if let Some(unit_id) = wanted.unit_id {
        push_unit(&mut query, tx.organisation_id(), unit_id);
    }
    if let Some(customer_id) = wanted.customer_id {
        query.push(" and h.customer_id = ").push_bind(customer_id);
    }
    if let Some(deal_id) = wanted.deal_id {
        query.push(" and h.deal_id = ").push_bind(deal_id);
    }
    if let Some(since) = wanted.asked_since {
        query.push(" and h.asked_at >= ").push_bind(since);
    }
    if let Some((asked_at, id)) = after {
        query.push(" and (h.asked_at, h.id) < (").push_bind(asked_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by h.asked_at desc, h.id desc limit ").push_bind(limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}
