//! Simulating: a playbook is tried on what was recorded, a page of subjects at a time.

use store::StoreError;
use store::engine::simulations::{advance, give_up, open};
use store::queue::SimulationChore;

use crate::EngineRoom;
use crate::chores::{Fault, chain};

/// Subjects run in one transaction: enough that the reading is worth its while, few enough that progress is seen.
const PAGE: i64 = 100;

/// Runs a simulation to its end. Interrupted and begun anew, it goes on where it was.
///
/// # Errors
/// [`Fault::Retry`] while the database is away; [`Fault::GiveUp`] when something of the past cannot be read, which the simulation then says.
pub async fn playbook(room: &EngineRoom, chore: SimulationChore) -> Result<(), Fault> {
    match to_its_end(room, chore).await {
        Ok(()) => Ok(()),
        Err(away @ StoreError::Unavailable { .. }) => Err(away.into()),
        Err(error) => {
            tracing::error!(simulation_id = %chore.simulation_id, why = chain(&error), "a simulation cannot be run to its end");
            Ok(give_up(&room.db, chore, "unreadable").await?)
        }
    }
}

async fn to_its_end(room: &EngineRoom, chore: SimulationChore) -> Result<(), StoreError> {
    let Some(trial) = open(&room.db, chore).await? else { return Ok(()) };
    while advance(&room.db, &trial, PAGE).await? {}
    Ok(())
}
