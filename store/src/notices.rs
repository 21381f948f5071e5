//! What the house itself has to tell an organisation's admins.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::deliveries::planned::{self, Said};
use crate::{StoreError, Tx};

/// Puts a signal before every admin, and plans its way to them.
///
/// # Errors
/// As any statement.
pub async fn tell_admins(tx: &mut Tx, code: &str, data: Value, now: DateTime<Utc>, ids: &Ids) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let admins = sqlx::query_scalar!(
        "select id from users where organisation_id = $1 and role = 'admin' and disabled_at is null order by id",
        organisation_id
    )
    .fetch_all(&mut *tx)
    .await?;
    let said: Vec<Said> =
        admins.into_iter().map(|recipient_id| Said { intervention_id: ids.next(), recipient_id, kind: "signal".to_owned() }).collect();
    let (interventions, recipients): (Vec<Uuid>, Vec<Uuid>) = said.iter().map(|said| (said.intervention_id, said.recipient_id)).unzip();
    sqlx::query!(
        "insert into interventions (organisation_id, id, recipient_id, kind, code, data, created_at)
         select $1, x.id, x.recipient, 'signal', $4, $5, $6 from unnest($2::uuid[], $3::uuid[]) x (id, recipient)",
        organisation_id,
        &interventions,
        &recipients,
        code,
        data,
        now
    )
    .execute(&mut *tx)
    .await?;
    planned::plan(tx, &said, now).await
}
