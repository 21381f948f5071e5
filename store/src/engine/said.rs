//! Interventions on their way to people: who they are for, and how they are delivered.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::people::Role;
use domain::playbook::Recipient;
use domain::playbook::effect::part_id;
use uuid::Uuid;

use super::ledger::{Said, column};
use crate::deliveries::planned;
use crate::{StoreError, Tx};

/// Finds the recipients and writes an intervention and a delivery for each. What is told late is delivered once for each recipient, as a
/// group: the first delivery of the group stands for all of it.
pub(super) async fn say(tx: &mut Tx, said: &[Said], version: i32, now: DateTime<Utc>) -> Result<(), StoreError> {
    let people = People::around(tx, said).await?;
    let told = said.iter().flat_map(|said| people.who(said).into_iter().map(move |recipient_id| Told::new(said, recipient_id)));
    let told = told.collect::<Vec<_>>();
    if told.is_empty() {
        // Nobody is there at all, not even an admin: there is nobody to tell.
        return Ok(());
    }
    intervene(tx, &told, version, now).await?;
    deliver(tx, &told, now).await?;
    let told = column(&told, |row| planned::Said {
        intervention_id: row.id,
        recipient_id: row.recipient_id,
        kind: row.said.said.kind.as_str().to_owned(),
    });
    planned::plan(tx, &told, now).await
}

/// What one person is told.
struct Told<'a> {
    id: Uuid,
    recipient_id: Uuid,
    said: &'a Said,
}

impl<'a> Told<'a> {
    fn new(said: &'a Said, recipient_id: Uuid) -> Self {
        Self { id: Uuid::new_v5(&said.said.id, recipient_id.as_bytes()), recipient_id, said }
    }
}

async fn intervene(tx: &mut Tx, told: &[Told<'_>], version: i32, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let step = |row: &Told<'_>| row.said.said.step.map(|(_, step)| i32::try_from(step).unwrap_or(i32::MAX));
    sqlx::query!(
        "insert into interventions (organisation_id, id, recipient_id, kind, code, data, created_at, incident_id, subject_kind, subject_id,
             said_by, step, urgent, late, playbook_version)
         select $1, x.id, x.recipient, x.kind, x.code, x.data, $2, x.incident, x.subject_kind, x.subject, x.said_by, x.step, x.urgent, x.late, $3
         from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::uuid[], $10::text[], $11::uuid[], $12::text[], $13::int[],
                 $14::bool[], $15::bool[])
             x (id, recipient, kind, code, data, incident, subject_kind, subject, said_by, step, urgent, late)
         on conflict do nothing",
        organisation_id,
        now,
        version,
        &column(told, |row| row.id),
        &column(told, |row| row.recipient_id),
        &column(told, |row| row.said.said.kind.as_str().to_owned()),
        &column(told, |row| row.said.said.text.to_string()),
        &column(told, |row| row.said.data.clone()),
        &column(told, |row| row.said.incident) as &[Option<Uuid>],
        &column(told, |row| row.said.key.0.as_str().to_owned()),
        &column(told, |row| row.said.key.1),
        &column(told, |row| row.said.said.by.to_string()),
        &column(told, step) as &[Option<i32>],
        &column(told, |row| row.said.said.urgent),
        &column(told, |row| row.said.said.late)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The channel that every organisation has: the inbox, where an intervention is delivered by being there.
const INBOX: &str = "inbox";

/// What becomes due while the machine is away is told together, hour by hour of its return.
const GROUP_SECONDS: i64 = 3600;

async fn deliver(tx: &mut Tx, told: &[Told<'_>], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let hour = format!("late {}", now.timestamp().div_euclid(GROUP_SECONDS));
    let group = |row: &Told<'_>| row.said.said.late.then(|| part_id(row.recipient_id, &hour));
    let mut groups = BTreeSet::new();
    let first = told.iter().filter(|row| group(row).is_none_or(|group| groups.insert(group))).collect::<Vec<_>>();
    sqlx::query!(
        "insert into deliveries (organisation_id, id, recipient_id, intervention_id, group_id, channel, state, due_at, created_at, settled_at)
         select $1, x.id, x.recipient, x.intervention, x.group_id, $3, 'delivered', $2, $2, $2
         from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[]) x (id, recipient, intervention, group_id)
         on conflict do nothing",
        organisation_id,
        now,
        INBOX,
        &column(&first, |row| part_id(group(row).unwrap_or(row.id), INBOX)),
        &column(&first, |row| row.recipient_id),
        &column(&first, |row| group(row).is_none().then_some(row.id)) as &[Option<Uuid>],
        &column(&first, |row| group(row)) as &[Option<Uuid>]
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Who is in a unit or above it, by role.
struct People {
    /// Of a unit and a role: those nearest.
    nearest: HashMap<(Uuid, Role), Vec<Uuid>>,
    /// Who may sign in at all.
    present: BTreeSet<Uuid>,
}

impl People {
    async fn around(tx: &mut Tx, said: &[Said]) -> Result<Self, StoreError> {
        let organisation_id = tx.organisation_id();
        let units = said.iter().map(|said| said.unit_id).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let owners = said.iter().filter_map(|said| said.owner_id).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        let rows = sqlx::query!(
            r#"select own.id as "unit_id!", u.role as "role!", u.id as "user_id!", nlevel(theirs.path) as "depth!"
               from units own join units theirs on theirs.organisation_id = own.organisation_id and own.path <@ theirs.path
               join users u on u.organisation_id = theirs.organisation_id and u.unit_id = theirs.id and u.disabled_at is null
                and u.role in ('supervisor', 'director', 'presales', 'delivery', 'legal', 'operations', 'admin')
               where own.organisation_id = $1 and own.id = any ($2)
               union all
               -- An admin is there for everybody, wherever they sit.
               select own.id, u.role, u.id, -1 from units own join users u on u.organisation_id = $1 and u.role = 'admin' and u.disabled_at is null
               where own.organisation_id = $1 and own.id = any ($2)
               union all
               select own.id, 'rep', u.id, -1 from units own join users u on u.organisation_id = $1 and u.id = any ($3) and u.disabled_at is null
               where own.organisation_id = $1 and own.id = ($2::uuid[])[1]"#,
            organisation_id,
            &units,
            &owners
        )
        .fetch_all(&mut *tx)
        .await?;
        let (mut depths, mut people) = (HashMap::new(), Self { nearest: HashMap::new(), present: BTreeSet::new() });
        for row in rows {
            let Some(role) = Role::parse(&row.role) else { continue };
            if role == Role::Rep {
                people.present.insert(row.user_id);
                continue;
            }
            let (depth, nearest) =
                (depths.entry((row.unit_id, role)).or_insert(row.depth), people.nearest.entry((row.unit_id, role)).or_default());
            if row.depth > *depth {
                *depth = row.depth;
                nearest.clear();
            }
            if row.depth == *depth && !nearest.contains(&row.user_id) {
                nearest.push(row.user_id);
            }
        }
        Ok(people)
    }

    /// The people in the place that an intervention is for, or in the one that stands in for it.
    fn who(&self, said: &Said) -> Vec<Uuid> {
        let mut place = Some(said.said.to);
        while let Some(recipient) = place {
            let found = match recipient {
                Recipient::Owner => said.owner_id.filter(|id| self.present.contains(id)).into_iter().collect(),
                Recipient::Department => said.department.map(|role| self.in_role(said.unit_id, role)).unwrap_or_default(),
                _ => recipient.role().map(|role| self.in_role(said.unit_id, role)).unwrap_or_default(),
            };
            if !found.is_empty() {
                return found;
            }
            place = recipient.instead();
        }
        Vec::new()
    }

    fn in_role(&self, unit_id: Uuid, role: Role) -> Vec<Uuid> {
        self.nearest.get(&(unit_id, role)).cloned().unwrap_or_default()
    }
}
