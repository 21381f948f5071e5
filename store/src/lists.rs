//! Lists that people work through once a week; the playbook says what is put on them.

use chrono::{DateTime, NaiveDate, Utc};
use platform::Ids;
use serde_json::json;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use crate::actions::{self, Action};
use crate::{StoreError, Tx};

/// Something that is on a list.
#[derive(Debug, Clone, FromRow)]
pub struct Entry {
    pub id: Uuid,
    pub list: String,
    /// The Monday of its week.
    pub week_on: NaiveDate,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub subject_name: String,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// The lead whose person it is.
    pub lead_id: Option<Uuid>,
    pub phone: Option<String>,
    pub added_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
    pub done_by: Option<Uuid>,
}

/// What is to be seen.
#[derive(Debug)]
pub struct Wanted {
    pub list: Option<String>,
    pub week_on: NaiveDate,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    /// Only what is done, or only what is not.
    pub done: Option<bool>,
}

const SHOWN: &str = "select e.id, e.list, e.week_on, e.subject_kind, e.subject_id, s.name as subject_name, s.unit_id, s.owner_id,
    o.name as owner_name, l.id as lead_id, coalesce(c.phone, l.phone) as phone, e.added_at, e.done_at, e.done_by
    from list_entries e
    join standings s on s.organisation_id = e.organisation_id and s.subject_kind = e.subject_kind and s.subject_id = e.subject_id
    left join users o on o.organisation_id = e.organisation_id and o.id = s.owner_id
    left join leads l on l.organisation_id = e.organisation_id and e.subject_kind = 'contact' and l.contact_id = e.subject_id
    left join contacts c on c.organisation_id = e.organisation_id and e.subject_kind = 'contact' and c.id = e.subject_id
    where e.organisation_id = ";

fn narrowed(tx: &Tx, unit_id: Option<Uuid>) -> QueryBuilder<sqlx::Postgres> {
    let scope = tx.scope();
    let mut query = QueryBuilder::new(SHOWN);
    query.push_bind(scope.organisation_id);
    for unit_id in scope.unit_id.into_iter().chain(unit_id) {
        query.push(" and s.unit_id = any (array(select app.units_within(").push_bind(scope.organisation_id);
        query.push(", ").push_bind(unit_id).push(")))");
    }
    query
}

/// What is on the lists of a week, added first first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn week(tx: &mut Tx, wanted: &Wanted, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let mut query = narrowed(tx, wanted.unit_id);
    query.push(" and e.week_on = ").push_bind(wanted.week_on);
    if let Some(list) = &wanted.list {
        query.push(" and e.list = ").push_bind(list.clone());
    }
    if let Some(done) = wanted.done {
        query.push(if done { " and e.done_at is not null" } else { " and e.done_at is null" });
    }
    if let Some((added_at, id)) = after {
        query.push(" and (e.added_at, e.id) > (").push_bind(added_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by e.added_at, e.id limit ").push_bind(limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// Ticks an entry off, if the caller sees it; what was ticked off before stays as it was.
///
/// # Errors
/// As any statement.
pub async fn tick_off(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, id: Uuid) -> Result<Option<Entry>, StoreError> {
    let Some(entry) = find(tx, id).await? else { return Ok(None) };
    let (organisation_id, actor_id) = (tx.organisation_id(), tx.scope().actor_id());
    let ticked = sqlx::query!(
        "update list_entries set done_at = $3, done_by = $4 where organisation_id = $1 and id = $2 and done_at is null",
        organisation_id,
        id,
        now,
        actor_id
    );
    if ticked.execute(&mut *tx).await?.rows_affected() == 0 {
        return find(tx, id).await;
    }
    let action = Action {
        id: ids.next(),
        actor_id,
        kind: "list_entry.done",
        subject_kind: &entry.subject_kind,
        subject_id: entry.subject_id,
        occurred_at: now,
        recorded_at: now,
        data: json!({ "list": entry.list, "week_on": entry.week_on, "entry_id": id }),
    };
    actions::record(tx, action).await?;
    find(tx, id).await
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Entry>, StoreError> {
    let mut query = narrowed(tx, None);
    query.push(" and e.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(&mut *tx).await?)
}
