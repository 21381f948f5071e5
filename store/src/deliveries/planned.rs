//! Planning what goes to people, in the transaction that says it: one delivery for each way that the organisation has set up for such
//! things and on which the person can be reached. The inbox needs none: what is written there has arrived.

use chrono::{DateTime, Utc};
use domain::playbook::effect::part_id;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Something that a person is told.
#[derive(Debug, Clone)]
pub struct Said {
    pub intervention_id: Uuid,
    pub recipient_id: Uuid,
    pub kind: String,
}

/// Plans the deliveries of what is said. Planned again, nothing changes: their ids are made from what they bring.
///
/// # Errors
/// As any statement.
pub async fn plan(tx: &mut Tx, said: &[Said], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let ways = sqlx::query!(
        "select channel, kinds from channels where organisation_id = $1 and enabled and closed_at is null order by channel",
        organisation_id
    )
    .fetch_all(&mut *tx)
    .await?;
    let planned = ways.iter().flat_map(|way| {
        let of_kind = said.iter().filter(|said| way.kinds.contains(&said.kind));
        of_kind.map(|said| (part_id(said.intervention_id, &way.channel), said.recipient_id, said.intervention_id, way.channel.clone()))
    });
    let (mut ids, mut recipients, mut interventions, mut channels) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, recipient, intervention, channel) in planned {
        ids.push(id);
        recipients.push(recipient);
        interventions.push(intervention);
        channels.push(channel);
    }
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into deliveries (organisation_id, id, recipient_id, intervention_id, channel, state, due_at, created_at)
         select $1, x.id, x.recipient, x.intervention, x.channel, 'pending', $2, $2
         from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[]) x (id, recipient, intervention, channel)
         join addresses a on a.organisation_id = $1 and a.user_id = x.recipient and a.channel = x.channel
         on conflict do nothing",
        organisation_id,
        now,
        &ids,
        &recipients,
        &interventions,
        &channels
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
