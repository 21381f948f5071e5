//! What was recorded of some subjects, and what people saw of it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::people::Role;
use domain::playbook::Playbook;
use domain::playbook::model::{InterventionKind, InterventionRule};
use domain::playbook::simulation::{Kept, Mark, Seen};
use domain::playbook::{Action, ActionKind, Code, SubjectKind};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::engine::standings::{Key, columns};
use crate::{StoreError, Tx, playbook};

/// No subject's past is read beyond so many actions.
pub(super) const ACTIONS_MAX: usize = 3_000;

/// One subject's past.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub actions: Vec<Action>,
    pub kept: Vec<Kept>,
    /// Gone: nothing of it was watched any more from then on.
    pub gone_at: Option<DateTime<Utc>>,
    pub did: Vec<Seen>,
    pub is_cut_off: bool,
    /// When the steps of timers that ran out had been due, by code, step and when that was noticed.
    due: HashMap<StepTaken, DateTime<Utc>>,
}

/// A step of a timer: its code, which one, and when that was noticed.
type StepTaken = (String, u32, DateTime<Utc>);

/// The pasts of subjects until `until`, and of what people saw that of the span.
pub(super) async fn read(
    tx: &mut Tx,
    keys: &[Key],
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<HashMap<Key, Recorded>, StoreError> {
    let mut pasts = keys.iter().map(|key| (*key, Recorded::default())).collect::<HashMap<_, _>>();
    actions(tx, keys, until, &mut pasts).await?;
    gone(tx, keys, &mut pasts).await?;
    incidents(tx, keys, &mut pasts).await?;
    interventions(tx, keys, &mut pasts).await?;
    stages(tx, keys, &mut pasts).await?;
    for past in pasts.values_mut() {
        past.did.retain(|seen| (from..=until).contains(&seen.at));
    }
    Ok(pasts)
}

async fn actions(tx: &mut Tx, keys: &[Key], until: DateTime<Utc>, pasts: &mut HashMap<Key, Recorded>) -> Result<(), StoreError> {
    let (organisation_id, (kinds, ids)) = (tx.organisation_id(), columns(keys));
    let rows = sqlx::query!(
        r#"select held.kind as "subject_kind!", held.id as "subject_id!", a.id as "id!", a.kind as "kind!", u.role as "role?",
                  a.occurred_at as "occurred_at!", a.recorded_at as "recorded_at!", a.data as "data!"
           from unnest($2::text[], $3::uuid[]) held (kind, id)
           cross join lateral (
               select a.id, a.kind, a.actor_id, a.occurred_at, a.recorded_at, a.data from actions a
               where a.organisation_id = $1 and a.subject_kind = held.kind and a.subject_id = held.id and a.recorded_at <= $4
               union all
               select a.id, a.kind, a.actor_id, a.occurred_at, a.recorded_at, a.data from action_subjects s
               join actions a on a.organisation_id = $1 and a.recorded_at = s.recorded_at and a.id = s.action_id
               where s.organisation_id = $1 and s.subject_kind = held.kind and s.subject_id = held.id and s.recorded_at <= $4
               order by recorded_at, id limit $5
           ) a
           left join users u on u.organisation_id = $1 and u.id = a.actor_id
           order by a.recorded_at, a.id"#,
        organisation_id,
        &kinds,
        &ids,
        until,
        i64::try_from(ACTIONS_MAX).unwrap_or(i64::MAX)
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut seen, mut read) = (BTreeSet::new(), HashMap::<_, usize>::new());
    for row in rows {
        let Some(key) = SubjectKind::parse(&row.subject_kind).map(|kind| (kind, row.subject_id)) else { continue };
        let Some(past) = pasts.get_mut(&key) else { continue };
        let read = read.entry(key).or_default();
        *read += 1;
        past.is_cut_off = *read >= ACTIONS_MAX;
        if !seen.insert((key, row.id)) {
            continue;
        }
        let data = if let Value::Object(data) = row.data { data } else { Map::new() };
        match (ActionKind::parse(&row.kind), row.kind.as_str()) {
            (Some(kind), _) => past.actions.push(Action {
                id: row.id,
                kind,
                actor_role: row.role.as_deref().and_then(Role::parse),
                occurred_at: row.occurred_at,
                recorded_at: row.recorded_at,
                data,
            }),
            (None, "incident.acknowledged" | "incident.snoozed") => past.kept.extend(kept(&data, row.recorded_at)),
            (None, "incident.raised" | "incident.escalated" | "timer.ran_out") => past.due.extend(due(&data, row.recorded_at)),
            _ => {}
        }
    }
    Ok(())
}

fn text<'a>(data: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    data.get(name)?.as_str()
}

fn kept(data: &Map<String, Value>, at: DateTime<Utc>) -> Option<Kept> {
    Some(Kept { incident: text(data, "incident_id")?.parse().ok()?, at, until: text(data, "until")?.parse().ok()? })
}

fn due(data: &Map<String, Value>, noticed_at: DateTime<Utc>) -> Option<(StepTaken, DateTime<Utc>)> {
    let step = u32::try_from(data.get("step")?.as_u64()?).ok()?;
    Some(((text(data, "code")?.to_owned(), step, noticed_at), text(data, "due_at")?.parse().ok()?))
}

/// Customers and contacts that are gone are watched no more, and no action of theirs says so.
async fn gone(tx: &mut Tx, keys: &[Key], pasts: &mut HashMap<Key, Recorded>) -> Result<(), StoreError> {
    let (organisation_id, (kinds, ids)) = (tx.organisation_id(), columns(keys));
    let rows = sqlx::query!(
        r#"select t.subject_kind, t.subject_id, max(t.closed_at) as "gone_at!" from unnest($2::text[], $3::uuid[]) held (kind, id)
           join timers t on t.organisation_id = $1 and t.subject_kind = held.kind and t.subject_id = held.id
           where held.kind in ('customer', 'contact') and t.closed_because = 'subject_closed' and t.closed_by is null
           group by t.subject_kind, t.subject_id"#,
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        let Some(past) = past_of(pasts, &row.subject_kind, row.subject_id) else { continue };
        past.gone_at = Some(row.gone_at).filter(|gone| past.actions.last().is_none_or(|last| last.recorded_at <= *gone));
    }
    Ok(())
}

fn past_of<'a>(pasts: &'a mut HashMap<Key, Recorded>, kind: &str, id: Uuid) -> Option<&'a mut Recorded> {
    pasts.get_mut(&(SubjectKind::parse(kind)?, id))
}

async fn incidents(tx: &mut Tx, keys: &[Key], pasts: &mut HashMap<Key, Recorded>) -> Result<(), StoreError> {
    let (organisation_id, (kinds, ids)) = (tx.organisation_id(), columns(keys));
    let rows = sqlx::query!(
        "select i.subject_kind, i.subject_id, i.code, i.due_at, i.stage from unnest($2::text[], $3::uuid[]) held (kind, id)
         join incidents i on i.organisation_id = $1 and i.subject_kind = held.kind and i.subject_id = held.id",
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        if let (Some(past), Some(code)) = (past_of(pasts, &row.subject_kind, row.subject_id), Code::parse(&row.code)) {
            past.did.push(Seen { mark: Mark::Incident { code, stage: row.stage.as_deref().and_then(Code::parse) }, at: row.due_at });
        }
    }
    Ok(())
}

async fn stages(tx: &mut Tx, keys: &[Key], pasts: &mut HashMap<Key, Recorded>) -> Result<(), StoreError> {
    let (organisation_id, (kinds, ids)) = (tx.organisation_id(), columns(keys));
    let rows = sqlx::query!(
        "select s.subject_kind, s.subject_id, s.stage, s.entered_at from unnest($2::text[], $3::uuid[]) held (kind, id)
         join stays s on s.organisation_id = $1 and s.subject_kind = held.kind and s.subject_id = held.id",
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in rows {
        if let (Some(past), Some(stage)) = (past_of(pasts, &row.subject_kind, row.subject_id), Code::parse(&row.stage)) {
            past.did.push(Seen { mark: Mark::Stage { stage }, at: row.entered_at });
        }
    }
    Ok(())
}

/// What several people were told at once is one thing that was said: the playbook that said it knows to whom.
async fn interventions(tx: &mut Tx, keys: &[Key], pasts: &mut HashMap<Key, Recorded>) -> Result<(), StoreError> {
    let (organisation_id, (kinds, ids)) = (tx.organisation_id(), columns(keys));
    let rows = sqlx::query!(
        r#"select distinct i.subject_kind as "subject_kind!", i.subject_id as "subject_id!", i.said_by as "said_by!", i.step, i.kind, i.code,
                  i.created_at, i.playbook_version as "playbook_version!", i.data->>'stage' as stage
           from unnest($2::text[], $3::uuid[]) held (kind, id)
           join interventions i on i.organisation_id = $1 and i.subject_kind = held.kind and i.subject_id = held.id
           where i.said_by is not null and i.playbook_version is not null"#,
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut playbooks = BTreeMap::new();
    for row in rows {
        let playbook = match playbooks.entry(row.playbook_version) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(playbook::of_version(tx, row.playbook_version).await?),
        };
        let Some(by) = Code::parse(&row.said_by) else { continue };
        let Some(kind) = InterventionKind::parse(&row.kind) else { continue };
        let Some(past) = past_of(pasts, &row.subject_kind, row.subject_id) else { continue };
        let step = u32::try_from(row.step.unwrap_or(0)).unwrap_or(0);
        let stage = row.stage.as_deref().and_then(Code::parse);
        let at = past.due.get(&(row.said_by, step, row.created_at)).copied().unwrap_or(row.created_at);
        for rule in said(playbook, &by, row.step.map(|_| step)).iter().filter(|rule| rule.kind == kind && rule.text.as_str() == row.code) {
            past.did.push(Seen { mark: Mark::Intervention { by: by.clone(), step, kind, to: rule.to, stage: stage.clone() }, at });
        }
    }
    Ok(())
}

fn said<'a>(playbook: &'a Playbook, by: &Code, step: Option<u32>) -> &'a [InterventionRule] {
    match step {
        Some(step) => playbook.timer(by).and_then(|rule| rule.said_at(step)).unwrap_or_default(),
        None => playbook.rules.iter().find(|rule| rule.code == *by).map(|rule| rule.fires.as_slice()).unwrap_or_default(),
    }
}
