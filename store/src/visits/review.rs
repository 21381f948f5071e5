//! People's word on a visit: the rep appeals, the supervisor decides; both stand beside the engine's verdicts, never over them.

use chrono::{DateTime, Utc};
use domain::visits::{Verdict, VerdictStatus};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::counted;
use super::inbox_notes::{tell_rep, tell_supervisors};
use super::ledger::status_name;
use super::record::{Cause, Recorded, judge_again};
use super::rows;
use crate::actions::{Action, record};
use crate::{StoreError, Tx};

/// A supervisor's decision, and whether it could be made.
#[derive(Debug)]
pub enum ReviewOutcome {
    /// Appended as this verdict.
    Decided { seq: i32 },
    /// Nothing was judged yet.
    NotJudged,
    /// There is a newer verdict than the one that was read.
    Newer,
    /// Somebody decided the same; nothing was appended.
    Already,
}

/// What a supervisor says of a visit.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    pub status: VerdictStatus,
    pub reason: &'a str,
    /// The verdict that was read; `None`: whichever is the latest.
    pub of_verdict: Option<i32>,
}

/// Appends a person's decision to a visit that the caller has seen to be in scope.
///
/// # Errors
/// As any statement.
pub async fn decide(
    tx: &mut Tx,
    visit_id: Uuid,
    Decision { status, reason, of_verdict }: Decision<'_>,
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<ReviewOutcome, StoreError> {
    let organisation_id = tx.organisation_id();
    let by = tx.scope().actor_id();
    tx.lock_submission(visit_id, &[]).await?;
    let Some(last) = sqlx::query!(
        r#"select d.seq, d.status, d.judged_by, d.policy_version, d.rules_version, d.reason, v.appealed_at,
                  d.verdict as "verdict: sqlx::types::Json<Verdict>",
                  exists (select from verdicts e where e.organisation_id = $1 and e.visit_id = $2 and e.status = 'valid') as "has_counted!"
           from visits v join verdicts d on d.organisation_id = v.organisation_id and d.visit_id = v.id and d.seq = v.verdict_seq
           where v.organisation_id = $1 and v.id = $2"#,
        organisation_id,
        visit_id
    )
    .fetch_optional(&mut *tx)
    .await?
    else {
        return Ok(ReviewOutcome::NotJudged);
    };
    if last.judged_by == by && last.status == status_name(status) && last.reason.as_deref() == Some(reason) {
        return Ok(ReviewOutcome::Already);
    }
    if of_verdict.is_some_and(|read| read != last.seq) {
        return Ok(ReviewOutcome::Newer);
    }
    let seq = last.seq + 1;
    let was = last.verdict.status;
    let verdict = Verdict { status, judged_at: now, ..last.verdict.0 };
    let left_out = (status != VerdictStatus::Valid).then_some("reviewed");
    let verdict_json = serde_json::to_value(&verdict).map_err(|_| StoreError::Corrupt { table: "verdicts", column: "verdict" })?;
    sqlx::query!(
        "with decided as (
            insert into verdicts (organisation_id, visit_id, seq, status, rules_version, policy_version, cause, judged_at, judged_by, reason, verdict)
            values ($1, $2, $3, $4, $5, $6, 'reviewed', $7, $8, $9, $10)
         ), answered as (
            update appeals set answered_by_seq = $3 where organisation_id = $1 and visit_id = $2 and answered_by_seq is null
         )
         update visits set status = $4, verdict_seq = $3, judged_at = $7, appealed_at = null, left_out_code = case $4 when 'valid' then null else coalesce(left_out_code, $11) end
         where organisation_id = $1 and id = $2",
        organisation_id,
        visit_id,
        seq,
        status_name(status),
        last.rules_version,
        last.policy_version,
        now,
        by,
        reason,
        verdict_json,
        left_out
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "seq": seq, "status": status_name(status), "was": status_name(was) });
    record(tx, action(ids, by, "visit.reviewed", visit_id, now, data)).await?;
    let counts_now = status == VerdictStatus::Valid && !last.has_counted;
    if was != status || counts_now || last.appealed_at.is_some() {
        announce(tx, visit_id, (was, &verdict), counts_now, now, ids).await?;
    }
    Ok(ReviewOutcome::Decided { seq })
}

/// Tells the rep of the change, and the playbook of a visit that counts for the first time.
async fn announce(
    tx: &mut Tx,
    visit_id: Uuid,
    (was, verdict): (VerdictStatus, &Verdict),
    counts_now: bool,
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<(), StoreError> {
    let Some(submission) = rows::submission_of(tx, visit_id).await? else { return Ok(()) };
    if counts_now {
        counted::count(tx, &[&submission], now, ids).await?;
    } else {
        counted::changed(tx, &submission, (was, verdict.status), now, ids).await?;
    }
    tell_rep(tx, &submission, Some(was), verdict, now, ids).await
}

/// Judges a visit again under the newest policy because somebody asks for it, and records who; `None` while its photos are awaited.
///
/// # Errors
/// As any statement.
pub async fn re_evaluate(tx: &mut Tx, visit_id: Uuid, now: DateTime<Utc>, ids: &Ids) -> Result<Option<Recorded>, StoreError> {
    let judged = judge_again(tx, visit_id, Cause::ReEvaluated, now, ids).await?;
    if let Some(recorded) = &judged {
        let by = tx.scope().actor_id();
        record(tx, action(ids, by, "visit.re_evaluated", visit_id, now, json!({ "seq": recorded.seq }))).await?;
    }
    Ok(judged)
}

/// A rep's appeal.
#[derive(Debug)]
pub struct Appeal<'a> {
    pub id: Uuid,
    pub visit_id: Uuid,
    pub unit_id: Uuid,
    pub rep_id: Uuid,
    pub reason: &'a str,
}

/// What became of an appeal.
#[derive(Debug, PartialEq, Eq)]
pub enum Appealed {
    Opened,
    /// One is open already, in the same words or in others.
    Already {
        says_the_same: bool,
    },
}

/// Opens an appeal, one at a time per visit, and puts it before the nearest supervisors.
///
/// # Errors
/// As any statement.
pub async fn appeal(tx: &mut Tx, appeal: Appeal<'_>, now: DateTime<Utc>, ids: &Ids) -> Result<Appealed, StoreError> {
    let organisation_id = tx.organisation_id();
    let opened = sqlx::query!(
        "insert into appeals (organisation_id, id, visit_id, rep_id, reason, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (organisation_id, visit_id) where answered_by_seq is null do nothing",
        organisation_id,
        appeal.id,
        appeal.visit_id,
        appeal.rep_id,
        appeal.reason,
        now
    )
    .execute(&mut *tx)
    .await?;
    if opened.rows_affected() == 0 {
        let says_the_same = sqlx::query_scalar!(
            r#"select reason = $3 as "says_the_same!" from appeals
               where organisation_id = $1 and visit_id = $2 and answered_by_seq is null"#,
            organisation_id,
            appeal.visit_id,
            appeal.reason
        )
        .fetch_one(&mut *tx)
        .await?;
        return Ok(Appealed::Already { says_the_same });
    }
    sqlx::query!("update visits set appealed_at = $3 where organisation_id = $1 and id = $2", organisation_id, appeal.visit_id, now)
        .execute(&mut *tx)
        .await?;
    tell_supervisors(tx, appeal.unit_id, appeal.visit_id, "visit_appealed", now).await?;
    record(tx, action(ids, Some(appeal.rep_id), "visit.appealed", appeal.visit_id, now, json!({ "appeal_id": appeal.id }))).await?;
    Ok(Appealed::Opened)
}

fn action<'a>(ids: &Ids, actor_id: Option<Uuid>, kind: &'a str, visit_id: Uuid, now: DateTime<Utc>, data: serde_json::Value) -> Action<'a> {
    Action { id: ids.next(), actor_id, kind, subject_kind: "visit", subject_id: visit_id, occurred_at: now, recorded_at: now, data }
}
