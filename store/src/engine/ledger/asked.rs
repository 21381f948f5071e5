//! What a rule asked of somebody is over when the subject has gone on: a todo that was said on entering a stage is done when that stage is
//! left, one for whoever held the subject is nobody's when somebody else holds it, and a card is settled when the subject is over.

use chrono::{DateTime, Utc};
use domain::playbook::Playbook;
use uuid::Uuid;

use super::{Entered, Stand, column, kind_of};
use crate::engine::standings::Key;
use crate::{StoreError, Tx};

/// A subject that has gone on.
pub(super) struct Moved {
    key: Key,
    owner_id: Option<Uuid>,
    /// Into another stage, and not only into other hands.
    has_left: bool,
    /// Into a stage in which it is over: nobody has to look at it any more.
    is_over: bool,
}

/// The subjects that left a stage or passed into other hands.
pub(super) fn moved(stands: &[Stand], entered: &[Entered], playbook: &Playbook) -> Vec<Moved> {
    let has_left = |stand: &Stand| entered.iter().any(|entered| entered.key == stand.key && entered.entry.left.is_some());
    let is_over =
        |stand: &Stand| stand.place.as_ref().is_some_and(|place| playbook.closed_stages(stand.key.0).any(|stage| *stage == place.stage));
    let moved = stands.iter().map(|stand| {
        let moved =
            Moved { key: stand.key, owner_id: stand.owner_id, has_left: has_left(stand), is_over: has_left(stand) && is_over(stand) };
        (moved, stand.is_passed_on)
    });
    moved.filter(|(moved, is_passed_on)| moved.has_left || *is_passed_on).map(|(moved, _)| moved).collect()
}

/// Settles what was asked about the subjects that have moved, before anything new is asked; what has not been delivered yet is stopped.
/// Timers settle their own.
pub(super) async fn settle(tx: &mut Tx, moved: &[Moved], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "with moved as (select * from unnest($2::text[], $3::uuid[], $4::uuid[], $5::bool[], $7::bool[]) x (kind, id, owner_id, has_left, is_over)),
              settled as (
            update interventions i set state = 'done' from moved
            where i.organisation_id = $1 and i.subject_kind = moved.kind and i.subject_id = moved.id
              and (i.kind = 'todo' or i.kind = 'card' and moved.is_over) and i.incident_id is null and i.step is null and i.said_by is not null and i.state <> 'done'
              and (moved.has_left or (i.data->>'owner_id' = i.recipient_id::text and i.recipient_id is distinct from moved.owner_id))
            returning i.id
         )
         update deliveries d set state = 'stopped', settled_at = $6
         from settled where d.organisation_id = $1 and d.intervention_id = settled.id and d.state = 'pending'
           -- One that carries others is the courier's to judge.
           and not exists (select from deliveries c where c.organisation_id = $1 and c.carried_by = d.id)",
        organisation_id,
        &column(moved, |row| kind_of(row.key)),
        &column(moved, |row| row.key.1),
        &column(moved, |row| row.owner_id) as &[Option<Uuid>],
        &column(moved, |row| row.has_left),
        now,
        &column(moved, |row| row.is_over)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
