//! What a rule asked of somebody is over when the subject has gone on: a todo that was said on entering a stage is done when that stage is
//! left, and one for whoever held the subject is nobody's when somebody else holds it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Entered, Stand, column, kind_of};
use crate::{StoreError, Tx};

/// Settles what was asked about the subjects that have moved, before anything new is asked; what has not been delivered yet is stopped.
/// Timers settle their own.
pub(super) async fn settle(tx: &mut Tx, stands: &[Stand], entered: &[Entered], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let has_moved = |stand: &Stand| entered.iter().any(|entered| entered.key == stand.key && entered.entry.left.is_some());
    sqlx::query!(
        "with moved as (select * from unnest($2::text[], $3::uuid[], $4::uuid[], $5::bool[]) x (kind, id, owner_id, has_moved)),
              settled as (
            update interventions i set state = 'done' from moved
            where i.organisation_id = $1 and i.subject_kind = moved.kind and i.subject_id = moved.id and i.kind = 'todo'
              and i.incident_id is null and i.step is null and i.said_by is not null and i.state <> 'done'
              and (moved.has_moved or (i.data->>'owner_id' = i.recipient_id::text and i.recipient_id is distinct from moved.owner_id))
            returning i.id
         )
         update deliveries d set state = 'stopped', settled_at = $6
         from settled where d.organisation_id = $1 and d.intervention_id = settled.id and d.state = 'pending'
           -- One that carries others is the courier's to judge.
           and not exists (select from deliveries c where c.organisation_id = $1 and c.carried_by = d.id)",
        organisation_id,
        &column(stands, |row| kind_of(row.key)),
        &column(stands, |row| row.key.1),
        &column(stands, |row| row.owner_id) as &[Option<Uuid>],
        &column(stands, has_moved),
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
