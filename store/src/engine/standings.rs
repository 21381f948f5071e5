//! Where subjects stand: read as the engine's facts and written back, under a lock that whoever changes a subject holds.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::people::Role;
use domain::playbook::facts::{Facts, FieldValue, Place, SubjectFacts, Tally, Timer, Written};
use domain::playbook::{ActionKind, Code, SubjectKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::known;
use super::rules::Rules;
use crate::{StoreError, Tx};

/// A subject as the floor that made it knows it.
#[derive(Debug)]
pub struct Subject<'a> {
    pub kind: SubjectKind,
    pub id: Uuid,
    /// What people call it.
    pub name: &'a str,
    /// Where its recipients are looked for.
    pub unit_id: Uuid,
    /// Which role a hand-over was asked of.
    pub department: Option<Role>,
}

/// Makes a subject known to the engine, or says what it is called and where it belongs from now on. The subject is locked until the
/// transaction ends.
///
/// # Errors
/// As any statement.
pub async fn introduce(tx: &mut Tx, subject: &Subject<'_>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, department) values ($1, $2, $3, $4, $5, $6)
         on conflict (organisation_id, subject_kind, subject_id) do update
         set name = excluded.name, unit_id = excluded.unit_id, department = coalesce(excluded.department, standings.department)",
        organisation_id,
        subject.kind.as_str(),
        subject.id,
        subject.name,
        subject.unit_id,
        subject.department.map(Role::as_str)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// A subject that this transaction holds.
pub(super) struct Held {
    pub name: String,
    pub unit_id: Uuid,
    pub department: Option<Role>,
    pub customer_id: Option<Uuid>,
    pub facts: Facts,
    /// An open timer's due time rests on rules that are not in force any more.
    pub goes_by_old_rules: bool,
}

pub(super) type Key = (SubjectKind, Uuid);

struct Row {
    subject_kind: String,
    subject_id: Uuid,
    name: String,
    unit_id: Uuid,
    owner_id: Option<Uuid>,
    department: Option<String>,
    customer_id: Option<Uuid>,
    stage: Option<String>,
    entry_id: Option<Uuid>,
    entered_at: Option<DateTime<Utc>>,
    placed: bool,
    fields: Value,
    history: Value,
}

/// Locks subjects in one order and reads them with their open timers; those that are not known yet are left out.
pub(super) async fn lock(tx: &mut Tx, rules: &Rules, keys: &[Key]) -> Result<Vec<Held>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids) = columns(keys);
    let rows = sqlx::query_as!(
        Row,
        r#"select s.subject_kind, s.subject_id, s.name, s.unit_id, s.owner_id, s.department, s.customer_id, s.stage, s.entry_id,
                  s.entered_at, s.placed, s.fields, s.history
           from unnest($2::text[], $3::uuid[]) wanted (kind, id)
           join standings s on s.organisation_id = $1 and s.subject_kind = wanted.kind and s.subject_id = wanted.id
           order by s.subject_kind, s.subject_id for update of s"#,
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    read(tx, rules, rows).await
}

/// As [`lock`], without waiting for subjects that somebody else holds: they are left out.
pub(super) async fn lock_free(tx: &mut Tx, rules: &Rules, keys: &[Key]) -> Result<Vec<Held>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids) = columns(keys);
    let rows = sqlx::query_as!(
        Row,
        r#"select s.subject_kind, s.subject_id, s.name, s.unit_id, s.owner_id, s.department, s.customer_id, s.stage, s.entry_id,
                  s.entered_at, s.placed, s.fields, s.history
           from unnest($2::text[], $3::uuid[]) wanted (kind, id)
           join standings s on s.organisation_id = $1 and s.subject_kind = wanted.kind and s.subject_id = wanted.id
           for update of s skip locked"#,
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    read(tx, rules, rows).await
}

/// Reads a subject as it stands, for those who only look: nobody waits for them, and they wait for nobody.
pub(super) async fn look(tx: &mut Tx, rules: &Rules, (kind, id): Key) -> Result<Option<Held>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query_as!(
        Row,
        "select subject_kind, subject_id, name, unit_id, owner_id, department, customer_id, stage, entry_id, entered_at, placed, fields, history
         from standings where organisation_id = $1 and subject_kind = $2 and subject_id = $3",
        organisation_id,
        kind.as_str(),
        id
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(read(tx, rules, rows).await?.pop())
}

pub(super) fn columns(keys: &[Key]) -> (Vec<String>, Vec<Uuid>) {
    keys.iter().map(|(kind, id)| (kind.as_str().to_owned(), *id)).unzip()
}

async fn read(tx: &mut Tx, rules: &Rules, rows: Vec<Row>) -> Result<Vec<Held>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (kinds, ids) = rows.iter().map(|row| (row.subject_kind.clone(), row.subject_id)).unzip::<_, _, Vec<_>, Vec<_>>();
    // Asked only now: what was true before the lock was had may not be true any more.
    let mut timers = open_timers(tx, rules, &kinds, &ids).await?;
    let mut held = Vec::with_capacity(rows.len());
    for row in rows {
        let kind = SubjectKind::parse(&row.subject_kind).ok_or(corrupt("subject_kind"))?;
        let OpenTimers { timers, go_by_old_rules } = timers.remove(&(row.subject_kind.clone(), row.subject_id)).unwrap_or_default();
        held.push(Held {
            unit_id: row.unit_id,
            department: row.department.as_deref().and_then(Role::parse),
            customer_id: row.customer_id,
            name: row.name.clone(),
            facts: Facts { subject: subject(rules, kind, row)?, timers, known: BTreeMap::new(), zone: rules.zone },
            goes_by_old_rules: go_by_old_rules,
        });
    }
    known::fill(tx, rules, &mut held).await?;
    Ok(held)
}

fn subject(rules: &Rules, kind: SubjectKind, row: Row) -> Result<SubjectFacts, StoreError> {
    let place = match (row.stage, row.entry_id, row.entered_at) {
        (Some(stage), Some(entry), Some(entered_at)) => {
            Some(Place { stage: Code::parse(&stage).ok_or(corrupt("stage"))?, entry, entered_at, placed: row.placed })
        }
        _ => None,
    };
    let (fields, history) = (fields(rules, kind, row.fields)?, history(row.history)?);
    Ok(SubjectFacts { kind, id: row.subject_id, owner_id: row.owner_id, place, fields, history })
}

#[derive(Default)]
struct OpenTimers {
    timers: Vec<Timer>,
    go_by_old_rules: bool,
}

async fn open_timers(
    tx: &mut Tx,
    rules: &Rules,
    kinds: &[String],
    ids: &[Uuid],
) -> Result<HashMap<(String, Uuid), OpenTimers>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        "select t.subject_kind, t.subject_id, t.id, t.code, t.entry_id, t.opened_at, t.step, t.since_at, t.due_at, t.quiet_until,
                t.playbook_version, t.calendar_version
         from unnest($2::text[], $3::uuid[]) held (kind, id)
         join timers t on t.organisation_id = $1 and t.subject_kind = held.kind and t.subject_id = held.id and t.closed_at is null",
        organisation_id,
        kinds,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut open = HashMap::<_, OpenTimers>::new();
    for row in rows {
        let timer = Timer {
            id: row.id,
            code: Code::parse(&row.code).ok_or(StoreError::Corrupt { table: "timers", column: "code" })?,
            entry: row.entry_id,
            opened_at: row.opened_at,
            step: u32::try_from(row.step).unwrap_or(0),
            since: row.since_at,
            due_at: row.due_at.unwrap_or(DateTime::<Utc>::MAX_UTC),
            quiet_until: row.quiet_until,
        };
        let of_subject = open.entry((row.subject_kind, row.subject_id)).or_default();
        of_subject.go_by_old_rules |= row.playbook_version != rules.version || row.calendar_version != rules.calendar_version(&timer.code);
        of_subject.timers.push(timer);
    }
    Ok(open)
}

const fn corrupt(column: &'static str) -> StoreError {
    StoreError::Corrupt { table: "standings", column }
}

/// A field as its column keeps it.
#[derive(Serialize, Deserialize)]
struct KeptField {
    value: Value,
    action: Uuid,
    at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct KeptTally {
    times: u32,
    last_action: Uuid,
    last_at: DateTime<Utc>,
}

/// The fields that the playbook in force knows; the others stay where they are.
fn fields(rules: &Rules, kind: SubjectKind, kept: Value) -> Result<BTreeMap<Code, Written>, StoreError> {
    let kept: HashMap<String, KeptField> = serde_json::from_value(kept).map_err(|_| corrupt("fields"))?;
    let known = rules.playbook.subjects.get(&kind).map(|subject| subject.fields.as_slice()).unwrap_or_default();
    let read = known.iter().filter_map(|field| {
        let kept = kept.get(field.code.as_str())?;
        let value = FieldValue::from_json(&kept.value, field);
        Some((field.code.clone(), Written { value, action: kept.action, at: kept.at }))
    });
    Ok(read.collect())
}

fn history(kept: Value) -> Result<BTreeMap<ActionKind, Tally>, StoreError> {
    let kept: HashMap<String, KeptTally> = serde_json::from_value(kept).map_err(|_| corrupt("history"))?;
    let read = kept.into_iter().filter_map(|(kind, kept)| {
        Some((ActionKind::parse(&kind)?, Tally { times: kept.times, last_action: kept.last_action, last_at: kept.last_at }))
    });
    Ok(read.collect())
}

/// What has to be written where the facts changed: only the fields and counts that did.
pub(super) fn changes(before: &SubjectFacts, after: &SubjectFacts) -> Result<Option<(Value, Value)>, StoreError> {
    if before == after {
        return Ok(None);
    }
    let (mut fields, mut history) = (Map::new(), Map::new());
    for (code, written) in after.fields.iter().filter(|(code, written)| before.fields.get(*code) != Some(written)) {
        let value = written.value.as_ref().map_or(Value::Null, FieldValue::to_json);
        let kept = KeptField { value, action: written.action, at: written.at };
        fields.insert(code.to_string(), serde_json::to_value(kept).map_err(|_| corrupt("fields"))?);
    }
    for (kind, tally) in after.history.iter().filter(|(kind, tally)| before.history.get(kind) != Some(tally)) {
        let kept = KeptTally { times: tally.times, last_action: tally.last_action, last_at: tally.last_at };
        history.insert(kind.as_str().to_owned(), serde_json::to_value(kept).map_err(|_| corrupt("history"))?);
    }
    Ok(Some((Value::Object(fields), Value::Object(history))))
}
