//! A simulation on its way: one page of subjects in one transaction, so that whoever takes it up anew goes on where it was.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::playbook::facts::Facts;
use domain::playbook::simulation::{HAPPENINGS_MAX, Past, compare, seen, simulate_kept};
use domain::playbook::{SubjectKind, read};
use uuid::Uuid;

use super::outcome::Outcome;
use super::past::{self, Recorded};
use crate::engine::rules::{self, Rules};
use crate::engine::standings::{self, Held, Key};
use crate::queue::SimulationChore;
use crate::{Database, Scope, StoreError, Tx, playbook};

/// No simulation goes through more subjects.
pub const SUBJECTS_MAX: i32 = 20_000;

/// A simulation that has been read once for all of its pages.
#[derive(Debug)]
pub struct Trial {
    chore: SimulationChore,
    rules: Rules,
    span: (DateTime<Utc>, DateTime<Utc>),
}

/// Reads what is to be tried; `None` when it has ended or is not there any more.
///
/// # Errors
/// As any statement; `Corrupt` when the playbook cannot be read.
pub async fn open(db: &Database, chore: SimulationChore) -> Result<Option<Trial>, StoreError> {
    let mut tx = db.begin(&Scope::house(chore.organisation_id)).await?;
    let row = sqlx::query!(
        "select source, playbook_version, from_at, until_at from simulations where organisation_id = $1 and id = $2 and ended_at is null",
        chore.organisation_id,
        chore.simulation_id
    );
    let Some(row) = row.fetch_optional(&mut tx).await? else { return Ok(None) };
    let tried = match row.source {
        Some(source) => Arc::new(read(&source).map_err(|_| StoreError::Corrupt { table: "simulations", column: "source" })?),
        None => playbook::of_version(&mut tx, row.playbook_version).await?,
    };
    let rules = rules::on_trial(&mut tx, tried, row.playbook_version).await?;
    tx.commit().await?;
    Ok(Some(Trial { chore, rules, span: (row.from_at, row.until_at) }))
}

/// Where it has come to.
struct Place {
    after: (String, Uuid),
    done: i32,
    subjects: i32,
    outcome: Outcome,
}

/// Runs up to `limit` subjects more; `false` when it has ended.
///
/// # Errors
/// As any statement; nothing of the page is counted then.
pub async fn advance(db: &Database, trial: &Trial, limit: i64) -> Result<bool, StoreError> {
    let mut tx = db.begin(&Scope::house(trial.chore.organisation_id)).await?;
    let more = advance_in(&mut tx, trial, limit).await?;
    tx.commit().await?;
    Ok(more)
}

async fn advance_in(tx: &mut Tx, trial: &Trial, limit: i64) -> Result<bool, StoreError> {
    let Some(mut place) = hold(tx, trial).await? else { return Ok(false) };
    let left = i64::from(place.subjects.min(SUBJECTS_MAX) - place.done);
    let keys = if left > 0 { page(tx, &place.after, limit.min(left)).await? } else { Vec::new() };
    let Some(last) = keys.last().copied() else {
        end(tx, trial.chore, None).await?;
        return Ok(false);
    };
    let mut recorded = past::read(tx, &keys, trial.span).await?;
    let mut cut_off = 0;
    for held in standings::look(tx, &trial.rules, &keys).await? {
        let key = (held.facts.subject.kind, held.facts.subject.id);
        let Some(past) = recorded.remove(&key) else { continue };
        cut_off += i32::from(run(trial, held, past, &mut place.outcome));
    }
    note(tx, trial, &place, last, (i32::try_from(keys.len()).unwrap_or(i32::MAX), cut_off)).await?;
    Ok(true)
}

/// Runs one subject's past and compares it with what was; whether its past is too long to be run to its end.
fn run(trial: &Trial, held: Held, past: Recorded, outcome: &mut Outcome) -> bool {
    let (key, (from, until)) = ((held.facts.subject.kind, held.facts.subject.id), trial.span);
    let known = held.facts.known;
    let acts = past.actions.into_iter().map(|action| Past { action, known: known.clone() }).collect::<Vec<_>>();
    let end = past.gone_at.map_or(until, |gone| gone.min(until));
    let start = Facts::fresh(key.0, key.1, trial.rules.zone);
    let happenings = simulate_kept(&trial.rules.playbook, &start, &acts, &past.kept, trial.rules.clocks(), end);
    let mut would = seen(&happenings);
    would.retain(|seen| (from..=until).contains(&seen.at));
    outcome.add(key, &compare(&would, &past.did));
    past.is_cut_off || happenings.len() >= HAPPENINGS_MAX
}

/// Held, so that two workers do not go through it at once. The first page counts what there is.
async fn hold(tx: &mut Tx, trial: &Trial) -> Result<Option<Place>, StoreError> {
    let SimulationChore { organisation_id, simulation_id } = trial.chore;
    let row = sqlx::query!(
        "select after_kind, after_id, done, subjects, tallies, differences, differences_left_out from simulations
         where organisation_id = $1 and id = $2 and ended_at is null for update",
        organisation_id,
        simulation_id
    );
    let Some(row) = row.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let subjects = match row.subjects {
        Some(subjects) => subjects,
        None => count(tx, trial.chore).await?,
    };
    Ok(Some(Place {
        after: (row.after_kind.unwrap_or_default(), row.after_id.unwrap_or(Uuid::nil())),
        done: row.done,
        subjects,
        outcome: Outcome::read(row.tallies, row.differences, row.differences_left_out)?,
    }))
}

async fn count(tx: &mut Tx, chore: SimulationChore) -> Result<i32, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"update simulations set subjects = known.n, left_out = greatest(known.n - $3, 0)
           from (select count(*)::integer as n from standings where organisation_id = $1) known
           where organisation_id = $1 and id = $2 returning subjects as "subjects!""#,
        chore.organisation_id,
        chore.simulation_id,
        SUBJECTS_MAX
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// In the order of their kinds and ids.
async fn page(tx: &mut Tx, after: &(String, Uuid), limit: i64) -> Result<Vec<Key>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        "select subject_kind, subject_id from standings where organisation_id = $1 and (subject_kind, subject_id) > ($2, $3)
         order by subject_kind, subject_id limit $4",
        organisation_id,
        after.0,
        after.1,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((SubjectKind::parse(&row.subject_kind)?, row.subject_id))).collect())
}

async fn note(tx: &mut Tx, trial: &Trial, place: &Place, (kind, id): Key, (done, cut_off): (i32, i32)) -> Result<(), StoreError> {
    let SimulationChore { organisation_id, simulation_id } = trial.chore;
    sqlx::query!(
        "update simulations set after_kind = $3, after_id = $4, done = done + $5, cut_off = cut_off + $6, tallies = $7, differences = $8,
             differences_left_out = $9
         where organisation_id = $1 and id = $2",
        organisation_id,
        simulation_id,
        kind.as_str(),
        id,
        done,
        cut_off,
        place.outcome.tallies()?,
        place.outcome.differences()?,
        i32::try_from(place.outcome.left_out).unwrap_or(i32::MAX)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn end(tx: &mut Tx, chore: SimulationChore, fault: Option<&str>) -> Result<(), StoreError> {
    let now = tx.now().await?;
    sqlx::query!(
        "update simulations set ended_at = greatest($3, created_at), fault = $4 where organisation_id = $1 and id = $2 and ended_at is null",
        chore.organisation_id,
        chore.simulation_id,
        now,
        fault
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Ends a simulation that cannot be run, so that another one can be asked for.
///
/// # Errors
/// As any statement.
pub async fn give_up(db: &Database, chore: SimulationChore, why: &str) -> Result<(), StoreError> {
    let mut tx = db.begin(&Scope::house(chore.organisation_id)).await?;
    end(&mut tx, chore, Some(why)).await?;
    tx.commit().await
}
