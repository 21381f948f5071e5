//! Playbooks tried on the past: asked for by people, run by the workers a page of subjects at a time, and kept with what came out.
//!
//! Everything is read as it was recorded, with two exceptions that whoever reads the outcome is told of: facts that lie in other rooms
//! (how many contacts a customer has) are those of today, and so are the roles of whoever acted.

mod outcome;
mod past;
mod run;

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

pub use outcome::{Difference, Differs, Sight, Subject, Tally};
pub use run::{SUBJECTS_MAX, Trial, advance, give_up, open};

use super::rules;
use crate::actions::{Deed, record_deed};
use crate::queue::{self, SimulationChore};
use crate::{StoreError, Tx};

/// What shall be tried, on which past.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// A draft; without one, a version that is or was in force.
    pub source: Option<&'a str>,
    pub version: Option<i32>,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// A simulation as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    pub id: Uuid,
    /// A draft was tried, and not the version itself.
    pub is_draft: bool,
    pub playbook_version: i32,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub fault: Option<String>,
    pub subjects: Option<i32>,
    pub done: i32,
    pub left_out: i32,
    pub cut_off: i32,
    pub tallies: Vec<Tally>,
    pub differences: Vec<Difference>,
    pub differences_left_out: i32,
}

/// What became of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    As(Uuid),
    /// The organisation has one that has not ended.
    Busy,
    NoSuchVersion,
}

/// How many that have ended are kept.
const KEPT: i64 = 20;

/// Notes the wish and has the workers see to it: one at a time for each organisation. The oldest that have ended make room.
///
/// # Errors
/// As any statement.
pub async fn begin(tx: &mut Tx, ids: &Ids, wanted: Wanted<'_>, now: DateTime<Utc>) -> Result<Begun, StoreError> {
    let (organisation_id, asked_by, id) = (tx.organisation_id(), tx.scope().actor_id(), ids.next());
    let version = match wanted.version {
        Some(version) if crate::playbook::find(tx, Some(version)).await?.is_none() => return Ok(Begun::NoSuchVersion),
        Some(version) => version,
        None => rules::in_force(tx).await?.version,
    };
    let begun = sqlx::query_scalar!(
        "insert into simulations (organisation_id, id, asked_by, source, playbook_version, from_at, until_at, created_at)
         select $1, $2, u.id, $4, $5, $6, $7, $8 from (select 1) one left join users u on u.organisation_id = $1 and u.id = $3
         on conflict (organisation_id) where ended_at is null do nothing returning id",
        organisation_id,
        id,
        asked_by,
        wanted.source,
        version,
        wanted.from,
        wanted.until,
        now
    )
    .fetch_optional(&mut *tx)
    .await?;
    if begun.is_none() {
        return Ok(Begun::Busy);
    }
    sqlx::query!(
        "delete from simulations where organisation_id = $1 and id in (
            select id from simulations where organisation_id = $1 and ended_at is not null order by created_at desc, id desc offset $2)",
        organisation_id,
        KEPT
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "simulation_id": id, "version": version, "is_draft": wanted.source.is_some() });
    let deed = Deed { kind: "playbook.simulated", subject_kind: "organisation", subject_id: organisation_id, data };
    record_deed(tx, ids, now, deed).await?;
    let chore = SimulationChore { organisation_id, simulation_id: id };
    queue::enqueue(tx, queue::SIMULATE_PLAYBOOK, &chore, &format!("simulate:{id}"), None).await?;
    Ok(Begun::As(id))
}

/// A simulation as far as it has come; its subjects go by the names they have today.
///
/// # Errors
/// As any statement; `Corrupt` when what was gathered cannot be read.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Simulation>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        r#"select source is not null as "is_draft!", playbook_version, from_at, until_at, created_at, ended_at, fault, subjects, done, left_out, cut_off,
                  tallies, differences, differences_left_out
           from simulations where organisation_id = $1 and id = $2"#,
        organisation_id,
        id
    );
    let Some(row) = row.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let mut differences = outcome::read_differences(row.differences)?;
    name(tx, &mut differences).await?;
    Ok(Some(Simulation {
        id,
        is_draft: row.is_draft,
        playbook_version: row.playbook_version,
        from: row.from_at,
        until: row.until_at,
        created_at: row.created_at,
        ended_at: row.ended_at,
        fault: row.fault,
        subjects: row.subjects,
        done: row.done,
        left_out: row.left_out,
        cut_off: row.cut_off,
        tallies: outcome::read_tallies(row.tallies)?,
        differences,
        differences_left_out: row.differences_left_out,
    }))
}

async fn name(tx: &mut Tx, differences: &mut [Difference]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids): (Vec<_>, Vec<_>) = differences.iter().map(|one| (one.subject.kind.clone(), one.subject.id)).unzip();
    let rows = sqlx::query!(
        "select distinct s.subject_kind, s.subject_id, s.name from unnest($2::text[], $3::uuid[]) told (kind, id)
         join standings s on s.organisation_id = $1 and s.subject_kind = told.kind and s.subject_id = told.id",
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    for one in differences {
        let known = rows.iter().find(|row| row.subject_id == one.subject.id && row.subject_kind == one.subject.kind);
        one.subject.name = known.map(|row| row.name.clone());
    }
    Ok(())
}
