//! How long departments took to answer.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{narrow, push_unit};
use crate::{StoreError, Tx};

/// One hand-over with its turns.
#[derive(Debug, Clone, FromRow)]
pub struct Response {
    pub asked_at: DateTime<Utc>,
    pub is_answered: bool,
    pub is_withdrawn: bool,
    pub department: String,
    pub unit_id: Uuid,
    pub unit_name: String,
    /// When each turn began.
    pub turns_from: Vec<DateTime<Utc>>,
    /// When each turn ended; nothing for the one that goes on.
    pub turns_to: Vec<Option<DateTime<Utc>>>,
}

/// Which hand-overs.
#[derive(Debug)]
pub struct Wanted {
    /// First asked in this span: `from` included, `to` not.
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub department: Option<String>,
}

/// The hand-overs asked in a span that the caller sees; at most `limit`.
///
/// # Errors
/// As any statement.
pub async fn responses(tx: &mut Tx, wanted: &Wanted, limit: i64) -> Result<Vec<Response>, StoreError> {
    let mut query = QueryBuilder::new(
        "select h.asked_at, h.answered_at is not null as is_answered, h.withdrawn_at is not null as is_withdrawn, h.department, h.unit_id,
             u.name as unit_name, t.turns_from, t.turns_to
         from handovers h
         join units u on u.organisation_id = h.organisation_id and u.id = h.unit_id
         cross join lateral (
             select coalesce(array_agg(t.asked_at order by t.nth), '{}') as turns_from,
                    coalesce(array_agg(t.ended_at order by t.nth), '{}') as turns_to
             from handover_turns t where t.organisation_id = h.organisation_id and t.handover_id = h.id
         ) t
         where h.organisation_id = ",
    );
    narrow(&mut query, tx);
    query.push(" and h.asked_at >= ").push_bind(wanted.from).push(" and h.asked_at < ").push_bind(wanted.to);
    if let Some(unit_id) = wanted.unit_id {
        push_unit(&mut query, tx.organisation_id(), unit_id);
    }
    if let Some(department) = &wanted.department {
        query.push(" and h.department = ").push_bind(department.clone());
    }
    query.push(" order by h.asked_at, h.id limit ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}
