//! Lists of deals, a page at a time.

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Deal, SHOWN, narrow, push_unit};
use crate::{StoreError, Tx};

/// What a list is narrowed to; whatever is `None` does not narrow.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Codes of stages.
    pub stages: Option<Vec<String>>,
    /// In none of these stages.
    pub not_stages: Option<Vec<String>>,
    pub owner_id: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub segment: Option<String>,
    pub external_id: Option<String>,
    /// Part of the deal's or the customer's name, or of the external number, in any case.
    pub text: Option<String>,
    /// Something was edited or done since then.
    pub updated_since: Option<DateTime<Utc>>,
}

/// Deals that the caller sees, those entered last first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, wanted: &Wanted, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Deal>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    if let Some(stages) = &wanted.stages {
        query.push(" and s.stage = any (").push_bind(stages.clone()).push(")");
    }
    if let Some(stages) = &wanted.not_stages {
        query.push(" and s.stage <> all (").push_bind(stages.clone()).push(")");
    }
    if let Some(owner_id) = wanted.owner_id {
        query.push(" and s.owner_id = ").push_bind(owner_id);
    }
    if let Some(customer_id) = wanted.customer_id {
        query.push(" and d.customer_id = ").push_bind(customer_id);
    }
    if let Some(unit_id) = wanted.unit_id {
        push_unit(&mut query, tx.organisation_id(), unit_id);
    }
    if let Some(segment) = &wanted.segment {
        query.push(" and d.segment = ").push_bind(segment.clone());
    }
    if let Some(external_id) = &wanted.external_id {
        query.push(" and d.external_id = ").push_bind(external_id.clone());
    }
    if let Some(text) = &wanted.text {
        query.push(" and strpos(lower(concat_ws(chr(10), d.name, c.name, d.external_id)), lower(").push_bind(text.clone()).push(")) > 0");
    }
    if let Some(since) = wanted.updated_since {
        // A visit that counts may have moved it on without an edit of its own.
        query.push(" and (d.updated_at >= ").push_bind(since).push(" or s.entered_at >= ").push_bind(since).push(")");
    }
    if let Some((created_at, id)) = after {
        query.push(" and (d.created_at, d.id) < (").push_bind(created_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by d.created_at desc, d.id desc limit ").push_bind(limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}
