//! What the house has to say to one person.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx};

/// One consequence for one recipient.
#[derive(Debug)]
pub struct Intervention {
    pub id: Uuid,
    pub kind: String,
    pub code: String,
    pub visit_id: Option<Uuid>,
    pub customer_name: Option<String>,
    pub data: Value,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub state: String,
    pub incident_id: Option<Uuid>,
    pub subject_kind: Option<String>,
    pub subject_id: Option<Uuid>,
    /// The name of the rep whom `data.owner_id` names.
    pub owner_name: Option<String>,
    pub urgent: bool,
    pub late: bool,
    /// The playbook in whose words it is told; `None` for what the house says in words of its own.
    pub playbook_version: Option<i32>,
}

/// Up to `limit` + 1 of the caller's own interventions, newest first.
///
/// # Errors
/// As any statement.
pub async fn list(
    tx: &mut Tx,
    recipient_id: Uuid,
    open_only: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Intervention>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_at, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Intervention,
        r#"select i.id, i.kind, i.code, i.visit_id, c.name as "customer_name?", i.data, i.created_at, i.acknowledged_at,
                  i.state, i.incident_id, i.subject_kind, i.subject_id, o.name as "owner_name?", i.urgent, i.late, i.playbook_version
           from interventions i
           left join visits v on v.organisation_id = i.organisation_id and v.id = i.visit_id
           left join customers c on c.organisation_id = v.organisation_id and c.id = v.customer_id
           left join users o on o.organisation_id = i.organisation_id and o.id = (i.data->>'owner_id')::uuid
           where i.organisation_id = $1 and i.recipient_id = $2 and ($3 is false or (i.acknowledged_at is null and i.state = 'open'))
             and ($4::timestamptz is null or (i.created_at, i.id) < ($4, $5))
           order by i.created_at desc, i.id desc limit $6"#,
        organisation_id,
        recipient_id,
        open_only,
        after_at,
        after_id,
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// These interventions, whoever they are for, in no order.
///
/// # Errors
/// As any statement.
pub async fn of(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Intervention>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Intervention,
        r#"select i.id, i.kind, i.code, i.visit_id, c.name as "customer_name?", i.data, i.created_at, i.acknowledged_at,
                  i.state, i.incident_id, i.subject_kind, i.subject_id, o.name as "owner_name?", i.urgent, i.late, i.playbook_version
           from interventions i
           left join visits v on v.organisation_id = i.organisation_id and v.id = i.visit_id
           left join customers c on c.organisation_id = v.organisation_id and c.id = v.customer_id
           left join users o on o.organisation_id = i.organisation_id and o.id = (i.data->>'owner_id')::uuid
           where i.organisation_id = $1 and i.id = any ($2)"#,
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Marks one of the caller's own interventions as seen and records it; `false` when it is not theirs. Repeating changes nothing.
///
/// # Errors
/// As any statement.
pub async fn acknowledge(tx: &mut Tx, ids: &Ids, recipient_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    // The row is held, so that of two at once one is the first.
    let seen = sqlx::query_scalar!(
        "select acknowledged_at from interventions where organisation_id = $1 and recipient_id = $2 and id = $3 for update",
        organisation_id,
        recipient_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    match seen {
        None => return Ok(false),
        Some(Some(_)) => return Ok(true),
        Some(None) => {}
    }
    sqlx::query!(
        "update interventions set acknowledged_at = $4, state = case state when 'open' then 'acknowledged' else state end
         where organisation_id = $1 and recipient_id = $2 and id = $3",
        organisation_id,
        recipient_id,
        id,
        now
    )
    .execute(&mut *tx)
    .await?;
    let deed = Deed { kind: "intervention.acknowledged", subject_kind: "intervention", subject_id: id, data: json!({}) };
    record_deed(tx, ids, now, deed).await?;
    Ok(true)
}
