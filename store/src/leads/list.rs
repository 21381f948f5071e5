//! Lists of leads, a page at a time.

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Lead, LeadRow, SHOWN, narrow, push_unit};
use crate::{StoreError, Tx};

/// What a list is narrowed to; whatever is `None` does not narrow. What was merged into another lead is in no list.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Codes of stages.
    pub stages: Option<Vec<String>>,
    pub owner_id: Option<Uuid>,
    /// Held by nobody.
    pub in_pool: bool,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub source: Option<String>,
    pub external_id: Option<String>,
    /// Part of company, person, number, e-mail or external number, in any case.
    pub text: Option<String>,
    /// Something was edited or done since then.
    pub updated_since: Option<DateTime<Utc>>,
}

/// Leads that the caller sees, those entered last first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, wanted: &Wanted, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Lead>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and l.merged_into is null");
    if let Some(stages) = &wanted.stages {
        query.push(" and s.stage = any (").push_bind(stages.clone()).push(")");
    }
    if let Some(owner_id) = wanted.owner_id {
        query.push(" and s.owner_id = ").push_bind(owner_id);
    }
    if wanted.in_pool {
        query.push(" and s.owner_id is null");
    }
    if let Some(unit_id) = wanted.unit_id {
        push_unit(&mut query, tx.organisation_id(), unit_id);
    }
    if let Some(source) = &wanted.source {
        query.push(" and l.source = ").push_bind(source.clone());
    }
    if let Some(external_id) = &wanted.external_id {
        query.push(" and l.external_id = ").push_bind(external_id.clone());
    }
    if let Some(text) = &wanted.text {
        query.push(" and strpos(lower(concat_ws(chr(10), l.company, l.person, l.phone, l.phone_e164, l.email, l.external_id)), lower(");
        query.push_bind(text.clone()).push(")) > 0");
    }
    if let Some(since) = wanted.updated_since {
        // An offer that ran out changed where the lead stands, and nothing else.
        query.push(" and (l.updated_at >= ").push_bind(since).push(" or s.entered_at >= ").push_bind(since).push(")");
    }
    if let Some((created_at, id)) = after {
        query.push(" and (l.created_at, l.id) < (").push_bind(created_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by l.created_at desc, l.id desc limit ").push_bind(limit + 1);
    let rows: Vec<LeadRow> = query.build_query_as().fetch_all(&mut *tx).await?;
    Ok(rows.into_iter().map(Lead::from).collect())
}
