//! What is done to hand-overs: each deed begins or ends a turn, and is one action of the log, from which stage and timers follow.

use chrono::{DateTime, Utc};
use domain::people::Role;
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Handover;
use crate::actions::{Deed, record_deed};
use crate::engine::{self, Kin, Subject};
use crate::{StoreError, Tx};

/// A hand-over to be.
#[derive(Debug)]
pub struct NewHandover<'a> {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub asked_by: Uuid,
    pub from_role: Role,
    pub department: Role,
    pub customer_id: Uuid,
    pub deal_id: Option<Uuid>,
    /// What people call it: the deal, or the customer.
    pub name: &'a str,
    pub need: &'a str,
    pub due_at: Option<DateTime<Utc>>,
}

/// Writes a new hand-over, makes it known to the engine and records that it was asked; `false` when its id is taken already.
///
/// # Errors
/// As any statement.
pub async fn ask(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, new: &NewHandover<'_>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let made = sqlx::query!(
        "insert into handovers (organisation_id, id, unit_id, asked_by, from_role, department, customer_id, deal_id, due_at, asked_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (organisation_id, id) do nothing",
        organisation_id,
        new.id,
        new.unit_id,
        new.asked_by,
        new.from_role.as_str(),
        new.department.as_str(),
        new.customer_id,
        new.deal_id,
        new.due_at,
        now
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    let (kind, department) = (SubjectKind::Handover, Some(new.department));
    engine::introduce(tx, &Subject { kind, id: new.id, name: new.name, unit_id: new.unit_id, department }).await?;
    let kin = Kin { customer_id: Some(new.customer_id), deal_id: new.deal_id };
    engine::relate(tx, (kind, new.id), kin).await?;
    begin_turn(tx, now, new.id, new.need).await?;
    let data = json!({
        "department": new.department.as_str(), "owner_id": new.asked_by, "customer_id": new.customer_id, "deal_id": new.deal_id,
        "need": new.need,
    });
    record_deed(tx, ids, now, deed(ActionKind::HandoverAsked, new.id, data)).await?;
    Ok(true)
}

/// Asks again for what came back, in a held hand-over.
///
/// # Errors
/// As any statement.
pub async fn ask_again(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, handover: &Handover, need: &str) -> Result<(), StoreError> {
    begin_turn(tx, now, handover.id, need).await?;
    touch(tx, now, handover.id).await?;
    record_deed(tx, ids, now, deed(ActionKind::HandoverAsked, handover.id, about(handover, "need", Some(need)))).await
}

/// How the department's turn, or the whole hand-over, ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Answered,
    Returned,
    Withdrawn,
}

impl End {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The deed that ends it.
    pub const fn deed(self) -> ActionKind {
        match self {
            Self::Answered => ActionKind::HandoverAnswered,
            Self::Returned => ActionKind::HandoverReturned,
            Self::Withdrawn => ActionKind::HandoverWithdrawn,
        }
    }
}

/// Ends a turn of a held hand-over. What is withdrawn while it lies with whoever asked has no turn to end.
///
/// # Errors
/// As any statement.
pub async fn end(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, handover: &Handover, end: End, said: Option<&str>) -> Result<(), StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    sqlx::query!(
        "update handover_turns set ended_at = greatest(asked_at, $3), ended_as = $4, ended_by = $5, said = $6
         where organisation_id = $1 and handover_id = $2 and ended_at is null",
        organisation_id,
        handover.id,
        now,
        end.as_str(),
        by,
        said
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update handovers set updated_at = $3, answered_at = case when $4 = 'answered' then $3 else answered_at end,
             withdrawn_at = case when $4 = 'withdrawn' then $3 else withdrawn_at end
         where organisation_id = $1 and id = $2",
        organisation_id,
        handover.id,
        now,
        end.as_str()
    )
    .execute(&mut *tx)
    .await?;
    let words = if end == End::Answered { "answer" } else { "reason" };
    record_deed(tx, ids, now, deed(end.deed(), handover.id, about(handover, words, said))).await
}

/// What the log tells of a deed: what it is about, and what was said.
fn about(handover: &Handover, words: &str, said: Option<&str>) -> Value {
    json!({ "department": handover.department, "customer_id": handover.customer_id, "deal_id": handover.deal_id, words: said })
}

fn deed(kind: ActionKind, id: Uuid, data: Value) -> Deed<'static> {
    Deed { kind: kind.as_str(), subject_kind: SubjectKind::Handover.as_str(), subject_id: id, data }
}

async fn begin_turn(tx: &mut Tx, now: DateTime<Utc>, id: Uuid, need: &str) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into handover_turns (organisation_id, handover_id, nth, need, asked_at)
         select $1, $2, coalesce(max(nth), 0) + 1, $3, $4 from handover_turns where organisation_id = $1 and handover_id = $2",
        organisation_id,
        id,
        need,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn touch(tx: &mut Tx, now: DateTime<Utc>, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("update handovers set updated_at = $3 where organisation_id = $1 and id = $2", organisation_id, id, now)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
