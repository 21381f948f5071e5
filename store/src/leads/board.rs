//! The breaker board: every open lead, how long it has stood where it stands, and who has the ball.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::push_unit;
use crate::{StoreError, Tx};

/// An open lead on the board.
#[derive(Debug, FromRow)]
pub struct Standing {
    pub id: Uuid,
    pub name: String,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub source: String,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    pub stage: String,
    pub entered_at: DateTime<Utc>,
    pub next_due_at: Option<DateTime<Utc>>,
    /// Of this stay, and not over.
    pub incident_id: Option<Uuid>,
    pub incident_state: Option<String>,
    pub tripped_at: Option<DateTime<Utc>>,
}

/// How many of a unit's leads are open, and how many of those have tripped the breaker.
#[derive(Debug, FromRow)]
pub struct UnitCount {
    pub unit_id: Uuid,
    pub unit_name: String,
    pub open: i64,
    pub tripped: i64,
}

/// What the board is narrowed to.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The stages in which leads are worked on.
    pub stages: Vec<String>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    /// Only those that have tripped the breaker, or only those that have not.
    pub tripped: Option<bool>,
}

const FROM: &str = " from leads l
    join standings s on s.organisation_id = l.organisation_id and s.subject_kind = 'lead' and s.subject_id = l.id
    join units u on u.organisation_id = l.organisation_id and u.id = l.unit_id
    left join users o on o.organisation_id = l.organisation_id and o.id = s.owner_id
    left join lateral (
        select i.id, i.state, i.raised_at from incidents i
        where i.organisation_id = l.organisation_id and i.subject_id = l.id and i.entry_id = s.entry_id and i.closed_at is null
        order by i.raised_at limit 1
    ) i on true
    where l.organisation_id = ";

fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx, wanted: &Wanted) {
    let scope = tx.scope();
    query.push(FROM).push_bind(scope.organisation_id);
    for unit_id in scope.unit_id.into_iter().chain(wanted.unit_id) {
        push_unit(query, scope.organisation_id, unit_id);
    }
    query.push(" and s.stage = any (").push_bind(wanted.stages.clone()).push(")");
    if let Some(owner_id) = wanted.owner_id {
        query.push(" and s.owner_id = ").push_bind(owner_id);
    }
    if let Some(tripped) = wanted.tripped {
        query.push(if tripped { " and i.id is not null" } else { " and i.id is null" });
    }
}

/// Open leads, those that have stood longest first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, wanted: &Wanted, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Standing>, StoreError> {
    let mut query = QueryBuilder::new(
        "select l.id, s.name, l.unit_id, u.name as unit_name, l.source, s.owner_id, o.name as owner_name, s.stage, s.entered_at,
             (select min(t.due_at) from timers t where t.organisation_id = l.organisation_id and t.subject_kind = 'lead'
                 and t.subject_id = l.id and t.closed_at is null) as next_due_at,
             i.id as incident_id, i.state as incident_state, i.raised_at as tripped_at",
    );
    narrow(&mut query, tx, wanted);
    if let Some((entered_at, id)) = after {
        query.push(" and (s.entered_at, l.id) > (").push_bind(entered_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by s.entered_at, l.id limit ").push_bind(limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// The board's leads counted by unit, those with most that have tripped first.
///
/// # Errors
/// As any statement.
pub async fn by_unit(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<UnitCount>, StoreError> {
    let mut query = QueryBuilder::new("select l.unit_id, u.name as unit_name, count(*) as open, count(i.id) as tripped");
    narrow(&mut query, tx, wanted);
    query.push(" group by l.unit_id, u.name order by 4 desc, 3 desc, u.name, l.unit_id");
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// Who answers for a unit.
#[derive(Debug, Clone)]
pub struct Supervisor {
    pub unit_id: Uuid,
    pub id: Uuid,
    pub name: String,
}

/// The supervisor nearest to each of the units; of several in one unit the first by name.
///
/// # Errors
/// As any statement.
pub async fn supervisors(tx: &mut Tx, units: &[Uuid]) -> Result<Vec<Supervisor>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Supervisor,
        r#"select distinct on (own.id) own.id as "unit_id!", p.id as "id!", p.name as "name!"
           from units own
           join units theirs on theirs.organisation_id = own.organisation_id and own.path <@ theirs.path
           join users p on p.organisation_id = theirs.organisation_id and p.unit_id = theirs.id and p.role = 'supervisor'
               and p.disabled_at is null
           where own.organisation_id = $1 and own.id = any ($2)
           order by own.id, nlevel(theirs.path) desc, p.name, p.id"#,
        organisation_id,
        units
    )
    .fetch_all(&mut *tx)
    .await?)
}
