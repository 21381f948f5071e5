//! Carrying a change of rules through the open timers: a page of subjects in one transaction, so that nobody waits long for one of them,
//! and visible while it lasts. Until a subject's turn comes, whoever touches it counts its timers anew first: nothing goes by old rules.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::playbook::{Code, Playbook, SubjectKind, newly_watched};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::course::Course;
use super::ledger::Ledger;
use super::rules::{self, Rules};
use super::standings;
use crate::actions::{Action, record};
use crate::queue::{self, OrganisationChore};
use crate::{Database, Scope, StoreError, Tx, playbook};

/// One change of rules on its way through the timers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replanning {
    pub id: Uuid,
    pub playbook_version: i32,
    /// Where a timer goes by working time.
    pub calendar_version: Option<i32>,
    pub begun_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Other rules came into force before it had ended, and their turn takes in what was left.
    pub superseded: bool,
    /// How many subjects there were to go through; `None` before the first page.
    pub subjects: Option<i32>,
    pub done: i32,
    /// Timers that are due at another time now, that were closed, and that were opened.
    pub moved: i32,
    pub retired: i32,
    pub opened: i32,
}

/// Has the open timers go by the rules in force from now on. `before` is the playbook that was in force, where it is another one.
///
/// # Errors
/// As any statement.
pub async fn begin(tx: &mut Tx, ids: &Ids, before: Option<i32>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    // A playbook and a calendar that change at once: one after the other.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('replannings' || $1::uuid::text, 0))", organisation_id)
        .execute(&mut *tx)
        .await?;
    let rules = rules::in_force_now(tx).await?;
    if before.is_none() && rules.newest_calendar().is_none() {
        // Another calendar, and nothing goes by it.
        return Ok(());
    }
    sqlx::query!(
        "with unended as (
            update replannings set ended_at = $6, superseded = true where organisation_id = $1 and ended_at is null
            returning before_playbook_version
         )
         insert into replannings (organisation_id, id, playbook_version, calendar_version, before_playbook_version, begun_at)
         select $1, $2, $3, $4, least($5::integer, (select min(before_playbook_version) from unended)), $6",
        organisation_id,
        ids.next(),
        rules.version,
        rules.newest_calendar(),
        before,
        now
    )
    .execute(&mut *tx)
    .await?;
    let chore = OrganisationChore { organisation_id };
    queue::enqueue(tx, queue::REPLAN_TIMERS, &chore, &format!("replan:{organisation_id}"), None).await
}

/// The last change of rules, on its way or at its end.
///
/// # Errors
/// As any statement.
pub async fn newest(tx: &mut Tx) -> Result<Option<Replanning>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Replanning,
        "select id, playbook_version, calendar_version, begun_at, ended_at, superseded, subjects, done, moved, retired, opened
         from replannings where organisation_id = $1 order by playbook_version desc, calendar_version desc nulls last limit 1",
        organisation_id
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// How far it has come.
struct Place {
    id: Uuid,
    before: Option<i32>,
    after: (String, Uuid),
    counted: bool,
}

/// Takes up to `limit` subjects in hand, with everything that follows, in one transaction; `false` when there was nothing left to do.
///
/// # Errors
/// As any statement; `Corrupt` for a subject that cannot be read, and nothing of the page is done then.
pub async fn advance(db: &Database, organisation_id: Uuid, ids: &Ids, limit: i64) -> Result<bool, StoreError> {
    let mut tx = db.begin(&Scope::house(organisation_id)).await?;
    match advance_in(&mut tx, ids, limit).await {
        Ok(more) => {
            tx.commit().await?;
            Ok(more)
        }
        Err(error) => {
            tx.rollback().await;
            Err(error)
        }
    }
}

async fn advance_in(tx: &mut Tx, ids: &Ids, limit: i64) -> Result<bool, StoreError> {
    let Some(place) = hold_unended(tx).await? else { return Ok(false) };
    let (rules, now) = (rules::in_force(tx).await?, tx.now().await?);
    let before = before(tx, &place).await?;
    let watched = before.as_ref().map(|before| newly_watched(before, &rules.playbook)).unwrap_or_default();
    if !place.counted {
        count(tx, &rules, &place, &watched).await?;
    }
    let keys = page(tx, &rules, &watched, &place.after, limit).await?;
    let Some(last) = keys.last().copied() else {
        end(tx, ids, place.id, now).await?;
        return Ok(false);
    };
    let mut ledger = Ledger::default();
    for held in standings::lock(tx, &rules, &keys).await? {
        let mut course = Course::begin(&rules, held, now, &mut ledger);
        if let Some(before) = &before {
            course.watch(&mut ledger, before, place.id);
        }
        course.end(&mut ledger)?;
    }
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let moved = ledger.replanned.iter().filter(|timer| timer.moved).count();
    let sums = [keys.len(), moved, ledger.closed.len(), ledger.opened.len()].map(count);
    ledger.write(tx, &rules, now).await?;
    note(tx, place.id, last, sums).await?;
    Ok(true)
}

/// The playbook of before, where it was another one.
async fn before(tx: &mut Tx, place: &Place) -> Result<Option<Arc<Playbook>>, StoreError> {
    match place.before {
        Some(version) => playbook::of_version(tx, version).await.map(Some),
        None => Ok(None),
    }
}

/// The change of rules that is under way: held, so that two workers do not go through it at once.
async fn hold_unended(tx: &mut Tx) -> Result<Option<Place>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query!(
        "select id, before_playbook_version, after_kind, after_id, subjects from replannings
         where organisation_id = $1 and ended_at is null for update",
        organisation_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| Place {
        id: row.id,
        before: row.before_playbook_version,
        after: (row.after_kind.unwrap_or_default(), row.after_id.unwrap_or(Uuid::nil())),
        counted: row.subjects.is_some(),
    }))
}

fn columns(watched: &[(SubjectKind, Code)]) -> (Vec<String>, Vec<String>) {
    watched.iter().map(|(kind, stage)| (kind.as_str().to_owned(), stage.to_string())).unzip()
}

/// The next subjects whose timers rest on other rules, or that are in a stage which was not watched before.
async fn page(
    tx: &mut Tx,
    rules: &Rules,
    watched: &[(SubjectKind, Code)],
    after: &(String, Uuid),
    limit: i64,
) -> Result<Vec<standings::Key>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, stages) = columns(watched);
    let rows = sqlx::query!(
        r#"select kind as "kind!", id as "id!" from (
            (select distinct t.subject_kind as kind, t.subject_id as id from timers t
             where t.organisation_id = $1 and t.closed_at is null and (t.subject_kind, t.subject_id) > ($2, $3)
               and (t.playbook_version <> $4 or t.calendar_version <> $5)
             order by 1, 2 limit $8)
            union
            (select s.subject_kind, s.subject_id from standings s
             where s.organisation_id = $1 and (s.subject_kind, s.subject_id) > ($2, $3) and cardinality($6::text[]) > 0
               and exists (select from unnest($6::text[], $7::text[]) w (kind, stage) where w.kind = s.subject_kind and w.stage = s.stage)
             order by 1, 2 limit $8)
           ) next order by kind, id limit $8"#,
        organisation_id,
        after.0,
        after.1,
        rules.version,
        rules.newest_calendar(),
        &kinds,
        &stages,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((SubjectKind::parse(&row.kind)?, row.id))).collect())
}

async fn count(tx: &mut Tx, rules: &Rules, place: &Place, watched: &[(SubjectKind, Code)]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, stages) = columns(watched);
    sqlx::query!(
        "update replannings set subjects = (select count(*) from (
            select t.subject_kind, t.subject_id from timers t
            where t.organisation_id = $1 and t.closed_at is null and (t.playbook_version <> $3 or t.calendar_version <> $4)
            union
            select s.subject_kind, s.subject_id from standings s where s.organisation_id = $1 and cardinality($5::text[]) > 0
              and exists (select from unnest($5::text[], $6::text[]) w (kind, stage) where w.kind = s.subject_kind and w.stage = s.stage)
         ) all_of_them)
         where organisation_id = $1 and id = $2",
        organisation_id,
        place.id,
        rules.version,
        rules.newest_calendar(),
        &kinds,
        &stages
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

async fn note(
    tx: &mut Tx,
    id: Uuid,
    (kind, subject_id): standings::Key,
    [done, moved, retired, opened]: [i32; 4],
) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update replannings set after_kind = $3, after_id = $4, done = done + $5, moved = moved + $6, retired = retired + $7, opened = opened + $8
         where organisation_id = $1 and id = $2",
        organisation_id,
        id,
        kind.as_str(),
        subject_id,
        done,
        moved,
        retired,
        opened
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Leaves the next subject as it is, because it cannot be read; `None` when there is none.
///
/// # Errors
/// As any statement.
pub async fn pass_over(db: &Database, organisation_id: Uuid) -> Result<Option<Uuid>, StoreError> {
    let mut tx = db.begin(&Scope::house(organisation_id)).await?;
    let Some(place) = hold_unended(&mut tx).await? else { return Ok(None) };
    let rules = rules::in_force(&mut tx).await?;
    let watched = before(&mut tx, &place).await?.map(|before| newly_watched(&before, &rules.playbook)).unwrap_or_default();
    let Some(next) = page(&mut tx, &rules, &watched, &place.after, 1).await?.pop() else { return Ok(None) };
    note(&mut tx, place.id, next, [1, 0, 0, 0]).await?;
    tx.commit().await?;
    Ok(Some(next.1))
}

async fn end(tx: &mut Tx, ids: &Ids, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let ended = sqlx::query!(
        "update replannings set ended_at = $3 where organisation_id = $1 and id = $2
         returning playbook_version, calendar_version, moved, retired, opened",
        organisation_id,
        id,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    let data = json!({
        "playbook_version": ended.playbook_version,
        "calendar_version": ended.calendar_version,
        "moved": ended.moved,
        "retired": ended.retired,
        "opened": ended.opened,
    });
    let action = Action {
        id: ids.next(),
        actor_id: None,
        kind: "timers.replanned",
        subject_kind: "organisation",
        subject_id: organisation_id,
        occurred_at: now,
        recorded_at: now,
        data,
    };
    record(tx, action).await
}
