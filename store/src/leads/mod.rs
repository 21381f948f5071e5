//! Leads: who might become a customer, and what was done about it.
//!
//! A lead is seen by the people of its unit and of the units above. Reps see those that they hold or are offered, and the pool of their
//! unit: what nobody holds. Where a lead stands is in the engine's tables, which are joined here and never written.

pub mod board;
pub mod chat;
pub mod conversion;
pub mod deeds;
pub mod duplicates;
pub mod journal;
pub mod known;
pub mod list;
pub mod merging;
pub mod records;
pub mod reps;
pub mod responses;
pub mod targets;

use chrono::{DateTime, Utc};
use domain::leads::{company, phone};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::Tx;

/// What people say of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    pub external_id: Option<String>,
    pub source: String,
    pub company: Option<String>,
    pub person: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub wish: Option<String>,
}

impl Said {
    /// What the lead is called.
    pub fn name(&self) -> &str {
        self.company.as_deref().or(self.person.as_deref()).unwrap_or_default()
    }

    /// The telephone number as it is compared.
    pub fn phone_e164(&self) -> Option<String> {
        self.phone.as_deref().and_then(phone::normalised)
    }

    /// The company's name as it is compared.
    pub fn company_key(&self) -> Option<String> {
        self.company.as_deref().and_then(company::key)
    }
}

/// A lead as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub said: Said,
    /// The person as a subject of its own.
    pub contact_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    pub stage: Option<String>,
    pub entered_at: Option<DateTime<Utc>>,
    /// When the next timer of the lead is due.
    pub next_due_at: Option<DateTime<Utc>>,
    pub first_assigned_at: Option<DateTime<Utc>>,
    pub first_contacted_at: Option<DateTime<Utc>>,
    pub merged_into: Option<Uuid>,
    pub customer_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// The columns of a lead, as every statement reads them.
#[derive(Debug, FromRow)]
struct LeadRow {
    id: Uuid,
    unit_id: Uuid,
    external_id: Option<String>,
    source: String,
    company: Option<String>,
    person: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    wish: Option<String>,
    contact_id: Uuid,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    stage: Option<String>,
    entered_at: Option<DateTime<Utc>>,
    next_due_at: Option<DateTime<Utc>>,
    first_assigned_at: Option<DateTime<Utc>>,
    first_contacted_at: Option<DateTime<Utc>>,
    merged_into: Option<Uuid>,
    customer_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<LeadRow> for Lead {
    fn from(row: LeadRow) -> Self {
        let said = Said {
            external_id: row.external_id,
            source: row.source,
            company: row.company,
            person: row.person,
            phone: row.phone,
            email: row.email,
            wish: row.wish,
        };
        Self {
            id: row.id,
            unit_id: row.unit_id,
            said,
            contact_id: row.contact_id,
            owner_id: row.owner_id,
            owner_name: row.owner_name,
            stage: row.stage,
            entered_at: row.entered_at,
            next_due_at: row.next_due_at,
            first_assigned_at: row.first_assigned_at,
            first_contacted_at: row.first_contacted_at,
            merged_into: row.merged_into,
            customer_id: row.customer_id,
            deal_id: row.deal_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

const SHOWN: &str =
    "select l.id, l.unit_id, l.external_id, l.source, l.company, l.person, l.phone, l.email, l.wish, l.contact_id, s.owner_id,
    o.name as owner_name, s.stage, s.entered_at,
    (select min(t.due_at) from timers t where t.organisation_id = l.organisation_id and t.subject_kind = 'lead' and t.subject_id = l.id
        and t.closed_at is null) as next_due_at,
    l.first_assigned_at, l.first_contacted_at, l.merged_into, l.customer_id, l.deal_id, l.version, l.created_at, l.updated_at
    from leads l
    join standings s on s.organisation_id = l.organisation_id and s.subject_kind = 'lead' and s.subject_id = l.id
    left join users o on o.organisation_id = l.organisation_id and o.id = s.owner_id
    where l.organisation_id = ";

/// Narrows a statement about leads `l` with standings `s` to what the scope sees.
fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx) {
    let scope = tx.scope();
    query.push_bind(scope.organisation_id);
    if let Some(own) = scope.own_only() {
        query.push(" and (s.owner_id = ").push_bind(own).push(" or (s.owner_id is null");
        push_unit(query, scope.organisation_id, scope.unit_id.unwrap_or_default());
        query.push("))");
    } else if let Some(unit_id) = scope.unit_id {
        push_unit(query, scope.organisation_id, unit_id);
    }
}

fn push_unit(query: &mut QueryBuilder<Postgres>, organisation_id: Uuid, unit_id: Uuid) {
    query.push(" and l.unit_id = any (array(select app.units_within(").push_bind(organisation_id);
    query.push(", ").push_bind(unit_id).push(")))");
}
