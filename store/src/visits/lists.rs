//! Lists of visits by keyset: newest first, or in the order of their last change.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::rows::{CHANGED, FROM, SHOWN, ShownRow, Visit};
use crate::{StoreError, Tx};

/// What a list is narrowed to; nothing set means everything that the scope sees.
#[derive(Debug, Default)]
pub struct Filter {
    /// Empty: every status.
    pub statuses: Vec<String>,
    pub unit_id: Option<Uuid>,
    pub rep_id: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    pub appealed: Option<bool>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Changed at or after; the list is then in the order of the changes, the oldest first, so that whoever reads on misses none.
    pub updated_since: Option<DateTime<Utc>>,
    /// The last row of the page before: its start, or its change where that is the order, and its id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}

/// Up to `limit` + 1 visits, so that the caller sees whether there are more.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Visit>, StoreError> {
    // Only the page's own rows are joined and decorated, not everything that was looked through.
    let mut query = QueryBuilder::new("with page as materialized (select organisation_id, id from visits v where organisation_id = ");
    narrow(&mut query, tx, filter);
    let order = if filter.updated_since.is_some() { format!("{CHANGED}, v.id") } else { "v.started_at desc, v.id desc".to_owned() };
    query.push(format_args!(" order by {order} limit ")).push_bind(filter.limit + 1);
    query.push(format_args!(
        ") select {SHOWN} from page, {FROM} where v.organisation_id = page.organisation_id and v.id = page.id order by {order}"
    ));
    let rows: Vec<ShownRow> = query.build_query_as().fetch_all(&mut *tx).await?;
    Ok(rows.into_iter().map(Visit::from).collect())
}

fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx, filter: &Filter) {
    let scope = tx.scope();
    query.push_bind(scope.organisation_id);
    if let Some(own) = scope.own_only() {
        query.push(" and rep_id = ").push_bind(own);
    } else {
        for unit in scope.unit_id.into_iter().chain(filter.unit_id) {
            query.push(" and unit_id = any (array(select app.units_within(").push_bind(scope.organisation_id);
            query.push(", ").push_bind(unit).push(")))");
        }
    }
    if !filter.statuses.is_empty() {
        query.push(" and status = any (").push_bind(filter.statuses.clone()).push(")");
    }
    if let Some(rep) = filter.rep_id {
        query.push(" and rep_id = ").push_bind(rep);
    }
    if let Some(customer) = filter.customer_id {
        query.push(" and customer_id = ").push_bind(customer);
    }
    match filter.appealed {
        Some(true) => drop(query.push(" and appealed_at is not null")),
        Some(false) => drop(query.push(" and appealed_at is null")),
        None => {}
    }
    if let Some(from) = filter.from {
        query.push(" and started_at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        query.push(" and started_at < ").push_bind(to);
    }
    if let Some(since) = filter.updated_since {
        query.push(format_args!(" and {CHANGED} >= ")).push_bind(since);
    }
    if let Some((at, id)) = filter.after {
        let beyond = if filter.updated_since.is_some() { format!("({CHANGED}, id) >") } else { "(started_at, id) <".to_owned() };
        query.push(format_args!(" and {beyond} (")).push_bind(at).push(", ").push_bind(id).push(")");
    }
}
