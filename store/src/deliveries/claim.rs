//! Claiming: in one transaction what is due is locked, seen to be wanted still, and leased.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::delivery::{Channel, Lane, Plan, Waiting};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Locks those of `ids` that are due and that nobody else holds, and reads what a plan is made from.
///
/// # Errors
/// As any statement.
pub async fn lock(tx: &mut Tx, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Waiting>, StoreError> {
    let organisation_id = tx.organisation_id();
    let held = hold_due(tx, ids, now).await?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    // Asked only now: what was true before the lock was had may not be true any more.
    let rows = sqlx::query!(
        r#"with underway as (
               select endpoint_id, count(*) as many from deliveries
               where organisation_id = $1 and state = 'sending' and endpoint_id is not null and due_at > $3 group by endpoint_id)
           select d.id, coalesce(d.recipient_id, d.endpoint_id) as "receiver!", d.channel, d.attempts > 0 as "tried!", d.carried_by,
                  coalesce(i.urgent, false) as "urgent!", coalesce(o.many, 0) as "underway!",
                  (d.event_id is not null or (i.state = 'open' and i.acknowledged_at is null
                      and (n.id is null or n.state = 'open') and u.disabled_at is null)) as "wanted!",
                  (case when d.endpoint_id is null then coalesce(c.enabled and c.closed_at is null and a.address is not null, false)
                        else w.disabled_at is null and w.deleted_at is null end) as "open!"
           from deliveries d
           left join interventions i on i.organisation_id = d.organisation_id and i.id = d.intervention_id
           left join incidents n on n.organisation_id = i.organisation_id and n.id = i.incident_id
           left join users u on u.organisation_id = d.organisation_id and u.id = d.recipient_id
           left join channels c on c.organisation_id = d.organisation_id and c.channel = d.channel
           left join addresses a on a.organisation_id = d.organisation_id and a.channel = d.channel and a.user_id = d.recipient_id
           left join underway o on o.endpoint_id = d.endpoint_id
           left join webhooks w on w.organisation_id = d.organisation_id and w.id = d.endpoint_id
           where d.organisation_id = $1 and (d.id = any ($2) or d.carried_by = any ($2)) order by d.created_at, d.id"#,
        organisation_id,
        &held,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut carried = HashMap::<Uuid, Vec<(Uuid, bool)>>::new();
    let mut waiting = Vec::with_capacity(held.len());
    for row in rows {
        if let Some(carrier) = row.carried_by {
            carried.entry(carrier).or_default().push((row.id, row.wanted));
            continue;
        }
        let channel = Channel::parse(&row.channel).ok_or(StoreError::Corrupt { table: "deliveries", column: "channel" })?;
        waiting.push(Waiting {
            id: row.id,
            receiver: row.receiver,
            channel,
            urgent: row.urgent,
            wanted: row.wanted,
            open: row.open,
            underway: usize::try_from(row.underway).unwrap_or(usize::MAX),
            tried: row.tried,
            carries: Vec::new(),
        });
    }
    for one in &mut waiting {
        one.carries = carried.remove(&one.id).unwrap_or_default();
    }
    Ok(waiting)
}

async fn hold_due(tx: &mut Tx, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    let held = sqlx::query_scalar!(
        "select id from deliveries where organisation_id = $1 and id = any ($2) and state in ('pending', 'sending')
             and carried_by is null and due_at <= $3 order by due_at, id for update skip locked",
        organisation_id,
        ids,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(held)
}

/// What is remembered of the paces of these lanes; others wait until the transaction ends.
///
/// # Errors
/// As any statement.
pub async fn paces(tx: &mut Tx, waiting: &[Waiting], now: DateTime<Utc>) -> Result<BTreeMap<Lane, DateTime<Utc>>, StoreError> {
    let organisation_id = tx.organisation_id();
    let mut lanes: Vec<Lane> = waiting
        .iter()
        .filter(|one| one.channel.pace().is_some())
        .map(|one| (one.channel, one.channel.is_paced_by_person().then_some(one.receiver)))
        .collect();
    // In one order, so that two never wait for each other.
    lanes.sort_unstable();
    lanes.dedup();
    if lanes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (channels, people) = columns(lanes.iter());
    let rows = sqlx::query!(
        "insert into paces (organisation_id, channel, person_id, rested_at)
         select $1, x.channel, x.person, $4 from unnest($2::text[], $3::uuid[]) x (channel, person) order by x.channel, x.person
         on conflict (organisation_id, channel, person_id) do update set rested_at = greatest(paces.rested_at, excluded.rested_at)
         returning channel, person_id, rested_at",
        organisation_id,
        &channels,
        &people,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        let person = Some(row.person_id).filter(|id| !id.is_nil());
        Some(((Channel::parse(&row.channel)?, person), row.rested_at))
    });
    Ok(read.collect())
}

fn columns<'a>(lanes: impl Iterator<Item = &'a Lane>) -> (Vec<String>, Vec<Uuid>) {
    lanes.map(|(channel, person)| (channel.as_str().to_owned(), person.unwrap_or(Uuid::nil()))).unzip()
}

/// A lease: what may be sent, by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub id: Uuid,
    pub fence: i32,
    /// Which attempt it is, counted from 1.
    pub attempt: i32,
}

/// Carries a plan out and hands out leases for what it sends, which hold until `lease_until`. Every attempt is noted as begun.
///
/// # Errors
/// As any statement.
pub async fn claim(
    tx: &mut Tx,
    plan: &Plan,
    rested: &BTreeMap<Lane, DateTime<Utc>>,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Lease>, StoreError> {
    settle(tx, &plan.stop, "stopped", None, now).await?;
    settle(tx, &plan.give_up, "given_up", Some("way_closed"), now).await?;
    put_off(tx, &plan.put_off).await?;
    keep_paces(tx, rested).await?;
    if plan.send.is_empty() {
        return Ok(Vec::new());
    }
    let organisation_id = tx.organisation_id();
    let (carried, carriers): (Vec<Uuid>, Vec<Uuid>) =
        plan.send.iter().flat_map(|load| load.carries.iter().map(|id| (*id, load.id))).unzip();
    if !carried.is_empty() {
        sqlx::query!(
            "update deliveries d set carried_by = x.carrier from unnest($2::uuid[], $3::uuid[]) x (id, carrier)
             where d.organisation_id = $1 and d.id = x.id and d.carried_by is null",
            organisation_id,
            &carried,
            &carriers
        )
        .execute(&mut *tx)
        .await?;
    }
    let ids: Vec<Uuid> = plan.send.iter().map(|load| load.id).collect();
    let rows = sqlx::query!(
        "with leased as (
            update deliveries set state = 'sending', fence = fence + 1, attempts = attempts + 1, lease_until = $3, due_at = $3
            where organisation_id = $1 and id = any ($2) returning id, fence, attempts
         ), begun as (
            insert into delivery_attempts (organisation_id, delivery_id, fence, began_at) select $1, id, fence, $4 from leased
         )
         select id, fence, attempts from leased",
        organisation_id,
        &ids,
        lease_until,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| Lease { id: row.id, fence: row.fence, attempt: row.attempts }).collect())
}

async fn settle(tx: &mut Tx, ids: &[Uuid], state: &str, fault: Option<&str>, now: DateTime<Utc>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update deliveries set state = $3, settled_at = $4, lease_until = null, last_fault = coalesce($5, last_fault)
         where organisation_id = $1 and id = any ($2) and state in ('pending', 'sending')",
        organisation_id,
        ids,
        state,
        now,
        fault
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn put_off(tx: &mut Tx, put_off: &[(Uuid, DateTime<Utc>)]) -> Result<(), StoreError> {
    if put_off.is_empty() {
        return Ok(());
    }
    let organisation_id = tx.organisation_id();
    let (ids, instants): (Vec<Uuid>, Vec<DateTime<Utc>>) = put_off.iter().copied().unzip();
    sqlx::query!(
        "update deliveries d set state = 'pending', lease_until = null, due_at = x.at from unnest($2::uuid[], $3::timestamptz[]) x (id, at)
         where d.organisation_id = $1 and d.id = x.id and d.state in ('pending', 'sending')",
        organisation_id,
        &ids,
        &instants
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn keep_paces(tx: &mut Tx, rested: &BTreeMap<Lane, DateTime<Utc>>) -> Result<(), StoreError> {
    if rested.is_empty() {
        return Ok(());
    }
    let organisation_id = tx.organisation_id();
    let ((channels, people), instants) = (columns(rested.keys()), rested.values().copied().collect::<Vec<_>>());
    sqlx::query!(
        "update paces p set rested_at = x.at from unnest($2::text[], $3::uuid[], $4::timestamptz[]) x (channel, person, at)
         where p.organisation_id = $1 and p.channel = x.channel and p.person_id = x.person",
        organisation_id,
        &channels,
        &people,
        &instants
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
