//! Hand-overs: what was asked of another department, about which customer or deal, and what came of it.
//!
//! A hand-over is seen by whoever asked, by the department it was asked of, and by those who answer for its unit; departments see
//! what was asked of them and what they asked themselves. Where it stands is in the engine's tables, which are joined here and never written.

pub mod deeds;
pub mod list;
pub mod records;
pub mod responses;

use chrono::{DateTime, Utc};
use domain::people::Role;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::Tx;

/// A hand-over as it stands.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Handover {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub asked_by: Uuid,
    pub asked_by_name: String,
    pub from_role: String,
    /// The role that it was asked of.
    pub department: String,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub deal_id: Option<Uuid>,
    pub deal_name: Option<String>,
    /// When whoever asked wants it; no timer goes by it.
    pub due_at: Option<DateTime<Utc>>,
    /// First asked.
    pub asked_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub stage: Option<String>,
    pub entered_at: Option<DateTime<Utc>>,
    /// When the next timer of the hand-over is due.
    pub next_due_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// A stretch of time in which the department had the ball.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Turn {
    pub handover_id: Uuid,
    pub nth: i32,
    /// What was asked for.
    pub need: String,
    pub asked_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// `answered`, `returned` or `withdrawn`.
    pub ended_as: Option<String>,
    pub ended_by: Option<Uuid>,
    pub ended_by_name: Option<String>,
    /// The answer, or why it came back or is not needed any more.
    pub said: Option<String>,
}

const SHOWN: &str = "select h.id, h.unit_id, h.asked_by, a.name as asked_by_name, h.from_role, h.department, h.customer_id,
    c.name as customer_name, h.deal_id, d.name as deal_name, h.due_at, h.asked_at, h.answered_at, h.withdrawn_at, s.stage, s.entered_at,
    (select min(t.due_at) from timers t where t.organisation_id = h.organisation_id and t.subject_kind = 'handover' and t.subject_id = h.id
        and t.closed_at is null) as next_due_at,
    h.updated_at
    from handovers h
    join standings s on s.organisation_id = h.organisation_id and s.subject_kind = 'handover' and s.subject_id = h.id
    join users a on a.organisation_id = h.organisation_id and a.id = h.asked_by
    join customers c on c.organisation_id = h.organisation_id and c.id = h.customer_id
    left join deals d on d.organisation_id = h.organisation_id and d.id = h.deal_id
    where h.organisation_id = ";

/// Narrows a statement about hand-overs `h` to what the scope sees.
fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx) {
    let scope = tx.scope();
    query.push_bind(scope.organisation_id);
    let me = scope.actor_id().unwrap_or_default();
    if scope.own_only().is_some() {
        query.push(" and h.asked_by = ").push_bind(me);
        return;
    }
    if let Some(unit_id) = scope.unit_id {
        push_unit(query, scope.organisation_id, unit_id);
    }
    if matches!(scope.role, Role::Presales | Role::Delivery | Role::Legal) {
        query.push(" and (h.department = ").push_bind(scope.role.as_str()).push(" or h.asked_by = ").push_bind(me).push(")");
    }
}

fn push_unit(query: &mut QueryBuilder<Postgres>, organisation_id: Uuid, unit_id: Uuid) {
    query.push(" and h.unit_id = any (array(select app.units_within(").push_bind(organisation_id);
    query.push(", ").push_bind(unit_id).push(")))");
}
