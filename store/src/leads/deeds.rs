//! What is done to leads: each deed is one action of the log, from which stage, timers and interventions follow.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::reps::Rep;
use super::{Lead, chat, records};
use crate::actions::{self, Action};
use crate::{StoreError, Tx};

/// Something that was done to a lead, or to its person.
#[derive(Debug)]
pub struct Deed {
    pub kind: ActionKind,
    pub subject: SubjectKind,
    pub subject_id: Uuid,
    /// When it was done; it is recorded now.
    pub done_at: DateTime<Utc>,
    pub data: Value,
}

impl Deed {
    /// Something that is done to a lead now.
    pub const fn now(kind: ActionKind, lead_id: Uuid, now: DateTime<Utc>, data: Value) -> Self {
        Self { kind, subject: SubjectKind::Lead, subject_id: lead_id, done_at: now, data }
    }
}

/// Appends a deed of the transaction's actor, and what follows from it.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deed: Deed) -> Result<(), StoreError> {
    let action = Action {
        id: ids.next(),
        actor_id: tx.scope().actor_id(),
        kind: deed.kind.as_str(),
        subject_kind: deed.subject.as_str(),
        subject_id: deed.subject_id,
        occurred_at: deed.done_at,
        recorded_at: now,
        data: deed.data,
    };
    actions::record(tx, action).await
}

/// Records a deed about a held lead.
///
/// # Errors
/// As any statement.
pub async fn about(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, lead: &Lead, kind: ActionKind, data: Value) -> Result<(), StoreError> {
    touch(tx, now, lead.id).await?;
    record(tx, ids, now, Deed::now(kind, lead.id, now, data)).await
}

/// Offers a held lead to a rep. It moves to the rep's unit, whose people are told of what becomes of it.
///
/// # Errors
/// As any statement.
pub async fn offer(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, lead: &Lead, rep: &Rep) -> Result<(), StoreError> {
    if lead.unit_id != rep.unit_id {
        move_to(tx, lead, rep.unit_id).await?;
    }
    given_to_somebody(tx, now, lead.id).await?;
    record(tx, ids, now, Deed::now(ActionKind::LeadAssigned, lead.id, now, json!({ "owner_id": rep.id }))).await
}

/// A rep takes a held lead: an offer, or one out of the pool.
///
/// # Errors
/// As any statement.
pub async fn take(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, lead: &Lead, rep_id: Uuid) -> Result<(), StoreError> {
    given_to_somebody(tx, now, lead.id).await?;
    record(tx, ids, now, Deed::now(ActionKind::LeadAccepted, lead.id, now, json!({ "owner_id": rep_id }))).await?;
    chat::follow_owner(tx, ids, now, lead, rep_id).await
}

/// Records a contact of the rep who has the held lead; the first effective one is kept beside the lead.
///
/// # Errors
/// As any statement.
pub async fn contact(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    lead: &Lead,
    kind: ActionKind,
    done_at: DateTime<Utc>,
    data: Value,
) -> Result<(), StoreError> {
    if kind == ActionKind::LeadContacted {
        first_contact(tx, lead.id, done_at.min(now)).await?;
    }
    touch(tx, now, lead.id).await?;
    record(tx, ids, now, Deed { done_at, ..Deed::now(kind, lead.id, now, data) }).await
}

async fn first_contact(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
    let (organisation_id, actor_id) = (tx.organisation_id(), tx.scope().actor_id());
    sqlx::query!(
        "update leads set first_contacted_at = $3, first_contacted_by = $4
         where organisation_id = $1 and id = $2 and (first_contacted_at is null or first_contacted_at > $3)",
        organisation_id,
        id,
        at,
        actor_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn given_to_somebody(tx: &mut Tx, now: DateTime<Utc>, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update leads set first_assigned_at = coalesce(first_assigned_at, $3), updated_at = $3 where organisation_id = $1 and id = $2",
        organisation_id,
        id,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn move_to(tx: &mut Tx, lead: &Lead, unit_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("update leads set unit_id = $3 where organisation_id = $1 and id = $2", organisation_id, lead.id, unit_id)
        .execute(&mut *tx)
        .await?;
    records::introduce(tx, lead.id, unit_id, &lead.said).await
}

/// Notes that something happened to the lead. Its version stays: that is of what people edit.
pub(super) async fn touch(tx: &mut Tx, now: DateTime<Utc>, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("update leads set updated_at = $3 where organisation_id = $1 and id = $2", organisation_id, id, now)
        .execute(&mut *tx)
        .await?;
    Ok(())
}
