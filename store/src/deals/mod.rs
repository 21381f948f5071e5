//! Deals: what is being sold to a customer, and what was done about it.
//!
//! A deal is seen by the rep who holds it, and by the people of its unit and of the units above. Where it stands, who holds it and what it
//! waits for is in the engine's tables, which are joined here and never written.

pub mod contacts;
pub mod deeds;
pub mod journal;
pub mod known;
pub mod list;
pub mod records;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::Tx;

/// A deal as it stands.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Deal {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub customer_id: Uuid,
    pub customer_name: String,
    /// The lead that it came from.
    pub lead_id: Option<Uuid>,
    pub name: String,
    pub external_id: Option<String>,
    pub segment: Option<String>,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    pub stage: Option<String>,
    pub entered_at: Option<DateTime<Utc>>,
    /// When the next timer of the deal is due.
    pub next_due_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub begun_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

const SHOWN: &str =
    "select d.id, d.unit_id, d.customer_id, c.name as customer_name, d.lead_id, d.name, d.external_id, d.segment, s.owner_id,
    o.name as owner_name, s.stage, s.entered_at,
    (select min(t.due_at) from timers t where t.organisation_id = d.organisation_id and t.subject_kind = 'deal' and t.subject_id = d.id
        and t.closed_at is null) as next_due_at,
    d.version, d.begun_at, d.created_at, d.updated_at
    from deals d
    join standings s on s.organisation_id = d.organisation_id and s.subject_kind = 'deal' and s.subject_id = d.id
    join customers c on c.organisation_id = d.organisation_id and c.id = d.customer_id
    left join users o on o.organisation_id = d.organisation_id and o.id = s.owner_id
    where d.organisation_id = ";

/// Narrows a statement about deals `d` with standings `s` to what the scope sees.
fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx) {
    let scope = tx.scope();
    query.push_bind(scope.organisation_id);
    if let Some(own) = scope.own_only() {
        query.push(" and s.owner_id = ").push_bind(own);
    } else if let Some(unit_id) = scope.unit_id {
        push_unit(query, scope.organisation_id, unit_id);
    }
}

fn push_unit(query: &mut QueryBuilder<Postgres>, organisation_id: Uuid, unit_id: Uuid) {
    query.push(" and d.unit_id = any (array(select app.units_within(").push_bind(organisation_id);
    query.push(", ").push_bind(unit_id).push(")))");
}
