//! Replanning: a playbook or calendar has changed, and the open timers are counted anew, a page of subjects at a time.

use store::StoreError;
use store::engine::replanning::{advance, pass_over};
use store::queue::OrganisationChore;

use crate::EngineRoom;
use crate::chores::{Fault, chain};

/// Subjects dealt with in one transaction: few enough that nobody waits long for one of them.
const PAGE: i64 = 200;

/// Carries the newest rules of an organisation through its open timers. Interrupted and begun anew, it goes on where it was.
///
/// # Errors
/// [`Fault::Retry`] while the database is away.
pub async fn timers(room: &EngineRoom, chore: OrganisationChore) -> Result<(), Fault> {
    let organisation_id = chore.organisation_id;
    loop {
        match advance(&room.db, organisation_id, &room.ids, PAGE).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(away @ StoreError::Unavailable { .. }) => return Err(away.into()),
            Err(error) => {
                tracing::error!(%organisation_id, why = chain(&error), "timers could not be counted anew together");
                if !one_by_one(room, chore).await? {
                    return Ok(());
                }
            }
        }
    }
}

/// One subject that cannot be read must not keep the others by old rules.
async fn one_by_one(room: &EngineRoom, chore: OrganisationChore) -> Result<bool, Fault> {
    let organisation_id = chore.organisation_id;
    for _ in 0..PAGE {
        match advance(&room.db, organisation_id, &room.ids, 1).await {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(away @ StoreError::Unavailable { .. }) => return Err(away.into()),
            Err(error) => {
                let Some(subject_id) = pass_over(&room.db, organisation_id).await? else { return Err(error.into()) };
                tracing::error!(%organisation_id, %subject_id, why = chain(&error), "a subject's timers could not be counted anew");
            }
        }
    }
    Ok(true)
}
