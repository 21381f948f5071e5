//! Documents: versions of files, with whom they were shared by which links, and who opened them.
//!
//! What a customer was sent, one version of it about one deal or none, is a *sharing*: that is the engine's subject. A version that goes to
//! two customers is two of them, a new version is a new one, and so whatever the playbook says once, it says once for each version and
//! customer. Several links, one for each recipient, may lead to one sharing; their openings add up.
//!
//! Documents of the library belong to no customer and are seen by everybody at, above and below their unit. Others are seen by those who
//! answer for their unit; reps see those that they made, and those of deals that they hold. A deal takes its documents along to whoever
//! holds it next, with all that they were shared as about it, by whomever: who made them has no more to do with them than with the deal.

pub mod hits;
pub mod links;
pub mod list;
pub mod records;
pub mod sharings;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::Tx;

/// A document as it stands.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Document {
    pub id: Uuid,
    /// Where its deal stands, if it has one.
    pub unit_id: Uuid,
    pub kind: String,
    pub title: String,
    pub customer_id: Option<Uuid>,
    pub customer_name: Option<String>,
    pub deal_id: Option<Uuid>,
    pub deal_name: Option<String>,
    pub created_by: Uuid,
    pub created_by_name: String,
    /// How many versions there are: the number of the newest.
    pub versions: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// One version with its file.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Version {
    pub id: Uuid,
    pub number: i32,
    pub attachment_id: Uuid,
    pub file_name: String,
    pub content_type: String,
    pub bytes: i64,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
}

const SHOWN: &str =
    "select d.id, coalesce(e.unit_id, d.unit_id) as unit_id, d.kind, d.title, d.customer_id, c.name as customer_name, d.deal_id, e.name as deal_name, d.created_by,
    u.name as created_by_name,
    (select max(v.number) from document_versions v where v.organisation_id = d.organisation_id and v.document_id = d.id) as versions,
    d.created_at, d.updated_at
    from documents d
    join users u on u.organisation_id = d.organisation_id and u.id = d.created_by
    left join customers c on c.organisation_id = d.organisation_id and c.id = d.customer_id
    left join deals e on e.organisation_id = d.organisation_id and e.id = d.deal_id
    where d.organisation_id = ";

/// Narrows a statement about documents `d` to what the scope sees.
fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx) {
    let scope = tx.scope();
    let organisation_id = scope.organisation_id;
    query.push_bind(organisation_id);
    let Some(unit_id) = scope.unit_id else { return };
    query.push(" and (case when d.customer_id is null then d.unit_id = any (array(select app.units_around(").push_bind(organisation_id);
    query.push(", ").push_bind(unit_id).push("))) else ");
    if let Some(own) = scope.own_only() {
        query.push("d.deal_id is null and d.created_by = ").push_bind(own).push(OF_DEAL).push("h.owner_id = ").push_bind(own);
    } else {
        push_within(query.push("d.deal_id is null and d.unit_id"), organisation_id, unit_id);
        push_within(query.push(OF_DEAL).push("h.unit_id"), organisation_id, unit_id);
    }
    query.push(") end)");
}

/// Or a deal `h` that it belongs to, or that it was shared about.
const OF_DEAL: &str = " or exists (select from standings h where h.organisation_id = d.organisation_id and h.subject_kind = 'deal'
    and h.subject_id = any (array(select d.deal_id union all
        select s.deal_id from document_sharings s where s.organisation_id = d.organisation_id and s.document_id = d.id))
    and ";

fn push_within(query: &mut QueryBuilder<Postgres>, organisation_id: Uuid, unit_id: Uuid) {
    query.push(" = any (array(select app.units_within(").push_bind(organisation_id);
    query.push(", ").push_bind(unit_id).push(")))");
}
