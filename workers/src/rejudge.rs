//! Judging again: a customer's pin has moved, and visits that were left out because of the old one are given another verdict, each in a
//! transaction of its own.

use store::queue::CustomerChore;
use store::visits::{Cause, judge_again, pins};
use store::{Scope, StoreError};

use crate::EngineRoom;
use crate::chores::Fault;

/// Visits read at once.
const PAGE: i64 = 100;

/// Judges every such visit of the customer once. Interrupted and begun anew, it does no harm: a verdict that would say the same is not
/// written again.
///
/// # Errors
/// [`Fault::Retry`] while the database is away.
pub async fn customer(room: &EngineRoom, chore: CustomerChore) -> Result<(), Fault> {
    let scope = Scope::house(chore.organisation_id);
    let (mut after, mut judged, mut changed) = (None, 0_usize, 0_usize);
    loop {
        let mut tx = room.db.begin(&scope).await?;
        let page = pins::visits_left_out(&mut tx, chore.customer_id, after, PAGE).await?;
        tx.commit().await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for visit_id in &page {
            judged += 1;
            changed += usize::from(visit(room, &scope, *visit_id, Cause::PinChanged).await?);
        }
    }
    tracing::info!(customer_id = %chore.customer_id, judged, changed, "visits were judged again under the new pin");
    Ok(())
}

/// Judges one visit again; whether a new verdict was written.
pub(crate) async fn visit(room: &EngineRoom, scope: &Scope, visit_id: uuid::Uuid, cause: Cause) -> Result<bool, StoreError> {
    let mut tx = room.db.begin(scope).await?;
    let recorded = judge_again(&mut tx, visit_id, cause, room.clock.now(), &room.ids).await?;
    tx.commit().await?;
    Ok(recorded.is_some())
}
