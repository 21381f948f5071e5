//! What this room writes into the log.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::actions::{self, Action};
use crate::{StoreError, Tx};

/// What was done to what.
pub(super) struct Deed<'a> {
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub data: Value,
}

/// Appends one action of the transaction's actor.
pub(super) async fn record(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deed: Deed<'_>) -> Result<(), StoreError> {
    let Deed { kind, subject_kind, subject_id, data } = deed;
    let actor_id = tx.scope().actor_id();
    let action = Action { id: ids.next(), actor_id, kind, subject_kind, subject_id, occurred_at: now, recorded_at: now, data };
    actions::record(tx, action).await
}
