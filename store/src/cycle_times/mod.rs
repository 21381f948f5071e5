//! How long leads and deals take. What is read here is kept by the engine: whenever a subject enters a stage, or a visit is made for it, its
//! rows are worked out anew from its own stays ([`keep`]), so that a figure never depends on how long the log is.
//!
//! A lead or deal is seen by the people of its unit and of the units above, as everywhere.

mod figures;
mod list;
mod rebuilding;

pub use figures::{Group, Grouping, groups};
pub use list::{Passed, StayRow, list, stays};
pub use rebuilding::{is_missing, rebuild};

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::metrics::{Passage, StageRole, Stay};
use domain::playbook::model::StageKind;
use domain::playbook::{Playbook, SubjectKind};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::engine::rules::Rules;
use crate::{StoreError, Tx};

type Key = (SubjectKind, Uuid);

/// What a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// From the beginning to the end, whichever it is.
    Cycle,
    /// From the beginning to the end that was wanted; what ended otherwise was only seen until then.
    Win,
    /// The time in a stage.
    Stage,
}

/// Which leads or deals.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub kind: SubjectKind,
    pub measure: Measure,
    /// Of [`Measure::Stage`]: one stage; else each.
    pub stage: Option<String>,
    /// What began in this span: `from` included, `to` not.
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub segment: Option<String>,
}

/// Narrows a statement over `cycle_times c` to what is wanted and seen.
fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx, wanted: &Wanted) {
    let scope = tx.scope();
    query.push(" where c.organisation_id = ").push_bind(scope.organisation_id);
    // Written out, so that the planner knows the index that holds them alone.
    query.push(if wanted.kind == SubjectKind::Lead { " and c.subject_kind = 'lead'" } else { " and c.subject_kind = 'deal'" });
    match (wanted.measure, &wanted.stage) {
        (Measure::Stage, Some(stage)) => query.push(" and c.stage <> '' and c.stage = ").push_bind(stage.clone()),
        (Measure::Stage, None) => query.push(" and c.stage <> ''"),
        _ => query.push(" and c.stage = ''"),
    };
    query.push(" and c.began_at >= ").push_bind(wanted.from).push(" and c.began_at < ").push_bind(wanted.to);
    for unit_id in scope.unit_id.into_iter().chain(wanted.unit_id) {
        query.push(" and c.unit_id = any (array(select app.units_within(").push_bind(scope.organisation_id);
        query.push(", ").push_bind(unit_id).push(")))");
    }
    if let Some(owner_id) = wanted.owner_id {
        query.push(" and c.owner_id = ").push_bind(owner_id);
    }
    if let Some(segment) = &wanted.segment {
        query.push(" and c.segment = ").push_bind(segment.clone());
    }
}

/// Works the rows of leads and deals out anew; other subjects are passed over.
///
/// # Errors
/// As any statement.
pub(crate) async fn keep(tx: &mut Tx, rules: &Rules, keys: &[Key]) -> Result<(), StoreError> {
    let mut keys = keys.iter().copied().filter(|(kind, _)| matches!(kind, SubjectKind::Lead | SubjectKind::Deal)).collect::<Vec<_>>();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(());
    }
    let (stays, visits) = (stays_of(tx, &keys).await?, visits_of(tx, &keys).await?);
    let mut rows = Vec::new();
    for key in &keys {
        let (stays, visits) = (stays.get(key).map(Vec::as_slice), visits.get(key).map(Vec::as_slice));
        let role = |stage: &str| role_of(&rules.playbook, key.0, stage);
        if let Some(passage) = Passage::of(stays.unwrap_or_default(), visits.unwrap_or_default(), role) {
            rows.extend(rows_of(*key, passage));
        }
    }
    write(tx, &rows).await
}

fn role_of(playbook: &Playbook, kind: SubjectKind, stage: &str) -> Option<StageRole> {
    let stages = &playbook.subjects.get(&kind)?.stages;
    let place = stages.iter().position(|known| known.code.as_str() == stage)?;
    Some(match stages.get(place)?.kind {
        StageKind::Open => StageRole::Open(place),
        StageKind::Won => StageRole::Won,
        StageKind::Lost => StageRole::Lost,
    })
}

async fn stays_of(tx: &mut Tx, keys: &[Key]) -> Result<HashMap<Key, Vec<Stay>>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids) = columns(keys);
    let rows = sqlx::query!(
        r#"select s.subject_kind, s.subject_id, s.stage, s.left_stage, s.entered_at from unnest($2::text[], $3::uuid[]) wanted (kind, id)
           join stays s on s.organisation_id = $1 and s.subject_kind = wanted.kind and s.subject_id = wanted.id"#,
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut stays = HashMap::<Key, Vec<Stay>>::new();
    for row in rows {
        let Some(kind) = SubjectKind::parse(&row.subject_kind) else { continue };
        let stay = Stay { stage: row.stage, left: row.left_stage, entered_at: row.entered_at };
        stays.entry((kind, row.subject_id)).or_default().push(stay);
    }
    Ok(stays)
}

/// When visits that count were made for them, as the log has it.
async fn visits_of(tx: &mut Tx, keys: &[Key]) -> Result<HashMap<Key, Vec<DateTime<Utc>>>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids) = columns(keys);
    let rows = sqlx::query!(
        r#"select b.subject_kind, b.subject_id, a.occurred_at from unnest($2::text[], $3::uuid[]) wanted (kind, id)
           join action_subjects b on b.organisation_id = $1 and b.subject_kind = wanted.kind and b.subject_id = wanted.id
           join actions a on a.organisation_id = $1 and a.recorded_at = b.recorded_at and a.id = b.action_id
           where a.kind = 'visit.counted'"#,
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut visits = HashMap::<Key, Vec<DateTime<Utc>>>::new();
    for row in rows {
        let Some(kind) = SubjectKind::parse(&row.subject_kind) else { continue };
        visits.entry((kind, row.subject_id)).or_default().push(row.occurred_at);
    }
    Ok(visits)
}

fn columns(keys: &[Key]) -> (Vec<String>, Vec<Uuid>) {
    keys.iter().map(|(kind, id)| (kind.as_str().to_owned(), *id)).unzip()
}

struct Row {
    key: Key,
    stage: String,
    began_at: DateTime<Utc>,
    length: f64,
    longest: f64,
    stays: i32,
    visits: i32,
    rework: i32,
    outcome: Option<String>,
    is_won: bool,
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A length as it is kept: of what goes on `since` a moment, less that moment, so that it lies below zero and another moment completes it.
fn kept_length(seconds: f64, since: Option<DateTime<Utc>>) -> f64 {
    seconds - since.map_or(0.0, epoch_second)
}

/// The second of the Unix epoch, with its microseconds.
fn epoch_second(at: DateTime<Utc>) -> f64 {
    (at - DateTime::UNIX_EPOCH).as_seconds_f64()
}

fn rows_of(key: Key, passage: Passage) -> Vec<Row> {
    let Passage { began_at, ended, is_won, seconds, rework, visits, dwells } = passage;
    let stays = dwells.iter().map(|dwell| dwell.stays).sum();
    let mut rows = dwells
        .into_iter()
        .map(|dwell| Row {
            key,
            stage: dwell.stage,
            began_at: dwell.began_at,
            length: kept_length(dwell.seconds, dwell.open_since),
            longest: dwell.longest,
            stays: number(dwell.stays),
            visits: number(dwell.visits),
            rework: number(dwell.stays.saturating_sub(1)),
            outcome: None,
            is_won: false,
        })
        .collect::<Vec<_>>();
    rows.push(Row {
        key,
        stage: String::new(),
        began_at,
        length: kept_length(seconds, ended.is_none().then_some(began_at)),
        longest: seconds,
        stays: number(stays),
        visits: number(visits),
        rework: number(rework),
        outcome: ended.map(|(_, stage)| stage),
        is_won,
    });
    rows
}

async fn write(tx: &mut Tx, rows: &[Row]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into cycle_times (organisation_id, subject_kind, subject_id, stage, unit_id, owner_id, segment, began_at, length, longest, stays,
             visits, rework, outcome, is_won)
         select $1, x.kind, x.id, x.stage, s.unit_id, s.owner_id, app.segment_of($1, x.kind, x.id), x.began_at, x.length, x.longest, x.stays,
             x.visits, x.rework, x.outcome, x.is_won
         from unnest($2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::float8[], $7::float8[], $8::int[], $9::int[], $10::int[],
                 $11::text[], $12::bool[])
             x (kind, id, stage, began_at, length, longest, stays, visits, rework, outcome, is_won)
         join standings s on s.organisation_id = $1 and s.subject_kind = x.kind and s.subject_id = x.id
         on conflict (organisation_id, subject_kind, subject_id, stage) do update
         set unit_id = excluded.unit_id, owner_id = excluded.owner_id, segment = excluded.segment, began_at = excluded.began_at,
             length = excluded.length, longest = excluded.longest, stays = excluded.stays, visits = excluded.visits, rework = excluded.rework,
             outcome = excluded.outcome, is_won = excluded.is_won",
        organisation_id,
        &rows.iter().map(|row| row.key.0.as_str().to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.key.1).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.stage.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.began_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.length).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.longest).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.stays).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.visits).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.rework).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.outcome.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.is_won).collect::<Vec<_>>()
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
