//! Judging visits: the first time, and again when more is known.

use chrono::{DateTime, Utc};
use domain::visits::{ENGINE_VERSION, Verdict, VerdictStatus, judge, rules_version};
use platform::Ids;
use uuid::Uuid;

use super::facts::{Loaded, load_again};
use super::ledger::{self, Entry};
use super::rows::Submission;
use super::{counted, together};
use crate::{StoreError, Tx, queue};

/// Why a visit was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Submitted,
    PhotosLanded,
    PhotoAdded,
    /// The darkroom learned something about a photo.
    Developed,
    PinChanged,
    ReEvaluated,
}

impl Cause {
    pub const ALL: [Self; 6] =
        [Self::Submitted, Self::PhotosLanded, Self::PhotoAdded, Self::Developed, Self::PinChanged, Self::ReEvaluated];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::PhotosLanded => "photos_landed",
            Self::PhotoAdded => "photo_added",
            Self::Developed => "developed",
            Self::PinChanged => "pin_changed",
            Self::ReEvaluated => "re_evaluated",
        }
    }

    /// Somebody asked for exactly this verdict; the others follow by themselves and say nothing when nothing changed.
    fn is_asked_for(self) -> bool {
        !matches!(self, Self::Developed | Self::PinChanged)
    }
}

/// A verdict as it was written down.
#[derive(Debug)]
pub struct Recorded {
    pub visit_id: Uuid,
    pub seq: i32,
    pub verdict: Verdict,
    pub rules_version: String,
    pub policy_version: i32,
}

/// Judges first submissions, one after the other, and writes visits, photos, verdicts and actions down together. Those that are valid are yet
/// to be counted ([`counted::count`]), alone or with others, before the transaction ends.
///
/// # Errors
/// As any statement.
pub async fn record(
    tx: &mut Tx,
    submissions: &[&Submission],
    loaded: &mut [Loaded],
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<Vec<Recorded>, StoreError> {
    let mut verdicts = Vec::with_capacity(submissions.len());
    let mut been = Vec::new();
    for (submission, loaded) in submissions.iter().zip(loaded.iter_mut()) {
        together::come_after(loaded, submission, &been);
        let verdict = judge(&loaded.facts, &loaded.policy, now);
        been.extend(together::whereabouts(submission, &verdict));
        verdicts.push(verdict);
    }
    let entries = submissions.iter().zip(loaded.iter()).zip(&verdicts);
    let entries = entries.map(|((submission, loaded), verdict)| Entry { submission, loaded, verdict: Some(verdict) }).collect::<Vec<_>>();
    ledger::insert(tx, &entries, now, ids).await?;
    let recorded = submissions.iter().zip(loaded.iter()).zip(verdicts);
    Ok(recorded.map(|((submission, loaded), verdict)| recorded_as(submission.id, 1, verdict, loaded.policy_version)).collect())
}

/// Writes a visit down whose photos are still on their way: it is judged when they land, or when their time is over.
///
/// # Errors
/// As any statement.
pub async fn record_awaiting(
    tx: &mut Tx,
    submission: &Submission,
    loaded: &Loaded,
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<(), StoreError> {
    ledger::insert(tx, &[Entry { submission, loaded, verdict: None }], now, ids).await?;
    let organisation_id = tx.organisation_id();
    for photo_id in &loaded.awaited {
        let chore = queue::PhotoChore { organisation_id, photo_id: *photo_id };
        queue::enqueue(tx, queue::AWAIT_PHOTO, &chore, &format!("await:{photo_id}"), None).await?;
    }
    Ok(())
}

/// Judges a recorded visit by what is known now and appends the verdict. `None` when there is nothing to say: no such visit, photos
/// still on their way, a person's decision that stands, or (for causes nobody asked for) nothing that changed.
///
/// # Errors
/// As any statement.
pub async fn judge_again(tx: &mut Tx, visit_id: Uuid, cause: Cause, now: DateTime<Utc>, ids: &Ids) -> Result<Option<Recorded>, StoreError> {
    let organisation_id = tx.organisation_id();
    // One judgement at a time of a visit, and of visits with the same photos.
    tx.lock_submission(visit_id, &[]).await?;
    let Some((submission, mut loaded)) = load_again(tx, visit_id).await? else { return Ok(None) };
    let Some(existing) = loaded.existing.clone() else { return Ok(None) };
    if !loaded.awaited.is_empty() {
        return Ok(None);
    }
    let last = sqlx::query!(
        r#"select judged_by, policy_version, verdict as "verdict: sqlx::types::Json<Verdict>",
                  exists (select from verdicts d where d.organisation_id = $1 and d.visit_id = $2 and d.status = 'valid') as "has_counted!"
           from verdicts where organisation_id = $1 and visit_id = $2 and seq = $3"#,
        organisation_id,
        visit_id,
        existing.verdict_seq
    )
    .fetch_optional(&mut *tx)
    .await?;
    if last.as_ref().is_some_and(|last| last.judged_by.is_some()) && cause != Cause::ReEvaluated {
        return Ok(None);
    }
    if cause == Cause::ReEvaluated {
        (loaded.policy_version, loaded.policy) = super::policies::newest(tx).await?;
    } else if let Some(last) = &last {
        // The rules that the visit was judged by stay its rules until somebody asks for newer ones.
        (loaded.policy_version, loaded.policy) = super::policies::version(tx, last.policy_version).await?;
    }
    let verdict = judge(&loaded.facts, &loaded.policy, now);
    let is_same = last.as_ref().is_some_and(|last| last.verdict.status == verdict.status && last.verdict.checks == verdict.checks);
    if is_same && !cause.is_asked_for() {
        return Ok(None);
    }
    let seq = existing.verdict_seq + 1;
    ledger::append(tx, &submission, &loaded, &verdict, seq, cause, now, ids).await?;
    if verdict.status == VerdictStatus::Valid && !last.as_ref().is_some_and(|last| last.has_counted) {
        counted::count(tx, &[&submission], now, ids).await?;
    }
    let was = last.map(|last| last.verdict.status);
    if let Some(was) = was.filter(|was| *was != verdict.status) {
        counted::changed(tx, &submission, (was, verdict.status), now, ids).await?;
    }
    if was.is_some_and(|was| was != verdict.status) {
        super::inbox_notes::tell_rep(tx, &submission, was, &verdict, now, ids).await?;
    }
    Ok(Some(recorded_as(visit_id, seq, verdict, loaded.policy_version)))
}

fn recorded_as(visit_id: Uuid, seq: i32, verdict: Verdict, policy_version: i32) -> Recorded {
    Recorded { visit_id, seq, verdict, rules_version: rules_version(ENGINE_VERSION, policy_version), policy_version }
}
