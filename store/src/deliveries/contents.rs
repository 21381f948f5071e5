//! What a claimed delivery brings, and where to.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use crate::inbox::{self, Intervention};
use crate::{StoreError, Tx};

/// A message for one person.
#[derive(Debug)]
pub struct ForPerson {
    pub recipient_id: Uuid,
    pub channel: String,
    pub address: String,
    /// The person's language, else the organisation's.
    pub language: String,
    pub settings: Value,
    pub sealed: Option<Vec<u8>>,
    /// What is told in it, the oldest first.
    pub told: Vec<Intervention>,
}

/// An event for one system.
#[derive(Debug)]
pub struct ForSystem {
    pub endpoint_id: Uuid,
    pub url: String,
    pub sealed: Vec<u8>,
    /// The secret before, as long as it still signs.
    pub sealed_before: Option<Vec<u8>>,
    pub envelope: String,
}

/// The messages of these deliveries, with everything that they carry and that is still wanted.
///
/// # Errors
/// As any statement.
pub async fn for_people(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, ForPerson>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"select d.id, d.intervention_id as "intervention_id!", coalesce(d.carried_by, d.id) as "bearer!", d.recipient_id as "recipient_id!",
                  d.channel, a.address, coalesce(u.language, o.language) as "language!", c.settings, c.sealed
           from deliveries d
           join interventions i on i.organisation_id = d.organisation_id and i.id = d.intervention_id
           left join incidents n on n.organisation_id = i.organisation_id and n.id = i.incident_id
           join users u on u.organisation_id = d.organisation_id and u.id = d.recipient_id
           join organisations o on o.id = d.organisation_id
           join channels c on c.organisation_id = d.organisation_id and c.channel = d.channel
           join addresses a on a.organisation_id = d.organisation_id and a.channel = d.channel and a.user_id = d.recipient_id
           where d.organisation_id = $1 and (d.id = any ($2) or d.carried_by = any ($2)) and d.state in ('pending', 'sending')
             and i.state = 'open' and i.acknowledged_at is null and (n.id is null or n.state = 'open')
           order by i.created_at, i.id"#,
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let interventions: Vec<Uuid> = rows.iter().map(|row| row.intervention_id).collect();
    let mut told: HashMap<Uuid, Intervention> =
        inbox::of(tx, &interventions).await?.into_iter().map(|intervention| (intervention.id, intervention)).collect();
    let mut messages = HashMap::<Uuid, ForPerson>::new();
    for row in rows {
        let message = messages.entry(row.bearer).or_insert_with(|| ForPerson {
            recipient_id: row.recipient_id,
            channel: row.channel,
            address: row.address,
            language: row.language,
            settings: row.settings,
            sealed: row.sealed,
            told: Vec::new(),
        });
        message.told.extend(told.remove(&row.intervention_id));
    }
    Ok(messages)
}

/// The events of these deliveries.
///
/// # Errors
/// As any statement.
pub async fn for_systems(tx: &mut Tx, ids: &[Uuid], now: chrono::DateTime<chrono::Utc>) -> Result<HashMap<Uuid, ForSystem>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"select d.id, w.id as endpoint_id, w.url, w.sealed, case when w.sealed_before_until > $3 then w.sealed_before end as sealed_before,
                  e.envelope
           from deliveries d
           join webhooks w on w.organisation_id = d.organisation_id and w.id = d.endpoint_id
           join events e on e.organisation_id = d.organisation_id and e.id = d.event_id
           where d.organisation_id = $1 and d.id = any ($2)"#,
        organisation_id,
        ids,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    let events = rows.into_iter().map(|row| {
        let event = ForSystem {
            endpoint_id: row.endpoint_id,
            url: row.url,
            sealed: row.sealed,
            sealed_before: row.sealed_before,
            envelope: row.envelope,
        };
        (row.id, event)
    });
    Ok(events.collect())
}
