//! Incidents as people see them: of their own unit and below, and reps their own.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A timer that ran out.
#[derive(Debug, Clone, FromRow)]
pub struct Incident {
    pub id: Uuid,
    pub timer_id: Uuid,
    pub code: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub subject_name: String,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    pub stage: Option<String>,
    /// From when the timer counted.
    pub opened_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub raised_at: DateTime<Utc>,
    pub late: bool,
    pub state: String,
    pub held_by: Option<Uuid>,
    pub held_by_name: Option<String>,
    pub held_at: Option<DateTime<Utc>>,
    pub held_until: Option<DateTime<Utc>>,
    pub held_because: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
    pub in_time: Option<bool>,
    /// The steps that the timer has taken, and when the next one is due.
    pub steps: i32,
    pub next_step_at: Option<DateTime<Utc>>,
    pub playbook_version: i32,
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    /// Empty: every state.
    pub states: Vec<String>,
    pub unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub subject_id: Option<Uuid>,
    /// The last row of the page before: when it was raised, and its id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}

const SHOWN: &str = "select i.id, i.timer_id, i.code, i.subject_kind, i.subject_id, s.name as subject_name, i.unit_id, i.owner_id,
    o.name as owner_name, i.stage, i.opened_at, i.due_at, i.raised_at, i.late, i.state, i.held_by, h.name as held_by_name, i.held_at,
    i.held_until, i.held_because, i.closed_at, i.in_time, t.step as steps, case when t.closed_at is null then t.due_at end as next_step_at,
    i.playbook_version
    from incidents i
    join standings s on s.organisation_id = i.organisation_id and s.subject_kind = i.subject_kind and s.subject_id = i.subject_id
    join timers t on t.organisation_id = i.organisation_id and t.id = i.timer_id
    left join users o on o.organisation_id = i.organisation_id and o.id = i.owner_id
    left join users h on h.organisation_id = i.organisation_id and h.id = i.held_by
    where i.organisation_id = ";

fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx) {
    let scope = tx.scope();
    query.push_bind(scope.organisation_id);
    if let Some(own) = scope.own_only() {
        query.push(" and i.owner_id = ").push_bind(own);
    } else if let Some(unit) = scope.unit_id {
        push_unit(query, scope.organisation_id, unit);
    }
}

fn push_unit(query: &mut QueryBuilder<Postgres>, organisation_id: Uuid, unit: Uuid) {
    query.push(" and i.unit_id = any (array(select app.units_within(").push_bind(organisation_id);
    query.push(", ").push_bind(unit).push(")))");
}

/// Up to `limit` + 1 incidents, those raised last first.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Incident>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    if !filter.states.is_empty() {
        query.push(" and i.state = any (").push_bind(filter.states.clone()).push(")");
    }
    if let Some(unit) = filter.unit_id {
        push_unit(&mut query, tx.organisation_id(), unit);
    }
    if let Some(owner) = filter.owner_id {
        query.push(" and i.owner_id = ").push_bind(owner);
    }
    if let Some(subject) = filter.subject_id {
        query.push(" and i.subject_id = ").push_bind(subject);
    }
    if let Some((raised_at, id)) = filter.after {
        query.push(" and (i.raised_at, i.id) < (").push_bind(raised_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by i.raised_at desc, i.id desc limit ").push_bind(filter.limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// One incident that the scope sees.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Incident>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and i.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(&mut *tx).await?)
}

/// Those of `ids` that the scope sees.
///
/// # Errors
/// As any statement.
pub async fn of(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Incident>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and i.id = any (").push_bind(ids.to_vec()).push(")");
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// What an incident said to whom.
#[derive(Debug)]
pub struct Note {
    pub id: Uuid,
    pub kind: String,
    pub code: String,
    pub recipient_id: Uuid,
    pub recipient_name: String,
    pub step: Option<i32>,
    pub urgent: bool,
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// The interventions of an incident that the caller has seen to be in scope, in the order of their steps.
///
/// # Errors
/// As any statement.
pub async fn notes(tx: &mut Tx, incident_id: Uuid) -> Result<Vec<Note>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Note,
        "select i.id, i.kind, i.code, i.recipient_id, u.name as recipient_name, i.step, i.urgent, i.state, i.created_at, i.acknowledged_at
         from interventions i join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
         where i.organisation_id = $1 and i.incident_id = $2 order by i.created_at, i.step, i.kind, i.id",
        organisation_id,
        incident_id
    )
    .fetch_all(&mut *tx)
    .await?)
}
