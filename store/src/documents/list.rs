//! Lists of documents, a page at a time.

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Document, SHOWN, narrow, push_within};
use crate::{StoreError, Tx};

/// What a list is narrowed to; whatever is `None` does not narrow.
#[derive(Debug, Default)]
pub struct Wanted {
    pub kind: Option<String>,
    /// Of the library, or of customers.
    pub is_of_library: Option<bool>,
    pub customer_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    /// Part of the title, in any case.
    pub text: Option<String>,
}

/// Documents that the caller sees, those made last first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, wanted: &Wanted, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Document>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    if let Some(kind) = &wanted.kind {
        query.push(" and d.kind = ").push_bind(kind.clone());
    }
    if let Some(is_of_library) = wanted.is_of_library {
        query.push(" and (d.customer_id is null) = ").push_bind(is_of_library);
    }
    if let Some(customer_id) = wanted.customer_id {
        query.push(" and d.customer_id = ").push_bind(customer_id);
    }
    if let Some(deal_id) = wanted.deal_id {
        query.push(" and d.deal_id = ").push_bind(deal_id);
    }
    if let Some(unit_id) = wanted.unit_id {
        push_within(query.push(" and coalesce(e.unit_id, d.unit_id)"), tx.organisation_id(), unit_id);
    }
    if let Some(text) = &wanted.text {
        query.push(" and strpos(lower(d.title), lower(").push_bind(text.clone()).push(")) > 0");
    }
    if let Some((created_at, id)) = after {
        query.push(" and (d.created_at, d.id) < (").push_bind(created_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by d.created_at desc, d.id desc limit ").push_bind(limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}
