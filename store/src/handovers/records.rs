//! Single hand-overs: read, and held for a deed.

use domain::playbook::{Facts, SubjectKind};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Handover, SHOWN, Turn, narrow};
use crate::{StoreError, Tx, engine};

/// The hand-over, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Handover>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and h.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(&mut *tx).await?)
}

/// A hand-over that nobody else changes until the transaction ends.
#[derive(Debug)]
pub struct Held {
    pub handover: Handover,
    pub facts: Facts,
}

/// The hand-over, held for a deed, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, StoreError> {
    if find(tx, id).await?.is_none() {
        return Ok(None);
    }
    let Some(facts) = engine::stand(tx, SubjectKind::Handover, id).await? else { return Ok(None) };
    Ok(find(tx, id).await?.map(|handover| Held { handover, facts }))
}

/// The turns of hand-overs that the caller has been seen to see, in their order.
///
/// # Errors
/// As any statement.
pub async fn turns(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Turn>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Turn,
        r#"select t.handover_id, t.nth, t.need, t.asked_at, t.ended_at, t.ended_as, t.ended_by, u.name as "ended_by_name?", t.said
           from handover_turns t left join users u on u.organisation_id = t.organisation_id and u.id = t.ended_by
           where t.organisation_id = $1 and t.handover_id = any ($2) order by t.handover_id, t.nth"#,
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}
