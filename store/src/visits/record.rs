//! The ledger of verdicts: the visit, its photos, the verdict, the actions and what follows from them, in one statement.

use chrono::{DateTime, NaiveDate, Utc};
use domain::visits::{ENGINE_VERSION, EvidenceKind, Outcome, Verdict, VerdictStatus, judge, key_info, rules_version};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::counted;
use super::facts::{Loaded, load_again};
use super::rows::Submission;
use crate::geography::Geog;
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

/// Judges a first submission and writes visit, photos, verdict and actions down together. One that is valid is yet to be counted
/// ([`counted::count`]), alone or with others, before the transaction ends.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, submission: &Submission, loaded: &Loaded, now: DateTime<Utc>, ids: &Ids) -> Result<Recorded, StoreError> {
    let verdict = judge(&loaded.facts, &loaded.policy, now);
    insert(tx, submission, loaded, Some(&verdict), now, ids).await?;
    Ok(recorded(submission.id, 1, verdict, loaded.policy_version))
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
    insert(tx, submission, loaded, None, now, ids).await?;
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
    append(tx, &submission, &loaded, &verdict, seq, cause, now, ids).await?;
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
    Ok(Some(recorded(visit_id, seq, verdict, loaded.policy_version)))
}

fn recorded(visit_id: Uuid, seq: i32, verdict: Verdict, policy_version: i32) -> Recorded {
    Recorded { visit_id, seq, verdict, rules_version: rules_version(ENGINE_VERSION, policy_version), policy_version }
}

/// The columns of a visit that its verdict decides.
struct Standing {
    status: &'static str,
    evidence_kind: Option<&'static str>,
    left_out_code: Option<&'static str>,
    position: Option<Geog>,
    position_at: Option<DateTime<Utc>>,
    position_accuracy_m: Option<f64>,
    distance_m: Option<f64>,
    proposes_pin: bool,
}

impl Standing {
    fn of(verdict: Option<&Verdict>) -> Self {
        let evidence = verdict.and_then(|verdict| verdict.evidence.as_ref());
        let checks = verdict.map_or(&[][..], |verdict| &verdict.checks);
        let first = |outcome| checks.iter().find(|check| check.outcome == outcome).map(|check| check.code.as_str());
        let position = evidence.and_then(|evidence| evidence.position);
        Self {
            status: verdict.map_or("awaiting_photos", |verdict| status_name(verdict.status)),
            evidence_kind: evidence.map(|evidence| match evidence.kind {
                EvidenceKind::Exif => "exif",
                EvidenceKind::DeviceFix => "device_fix",
            }),
            left_out_code: verdict
                .filter(|verdict| verdict.status != VerdictStatus::Valid)
                .and_then(|_| first(Outcome::Fail).or_else(|| first(Outcome::Unknown))),
            position: position.map(Geog),
            position_at: position.and(evidence.and_then(|evidence| evidence.captured_at)),
            position_accuracy_m: evidence.and_then(|evidence| evidence.accuracy_m),
            distance_m: evidence.and_then(|evidence| evidence.distance_m),
            proposes_pin: verdict.and_then(Verdict::proposed_pin).is_some(),
        }
    }
}

/// The name of a status in tables and answers.
pub(super) fn status_name(status: VerdictStatus) -> &'static str {
    match status {
        VerdictStatus::Valid => "valid",
        VerdictStatus::Invalid => "invalid",
        VerdictStatus::Review => "review",
    }
}

fn civil_day(loaded: &Loaded, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&loaded.facts.zone).date_naive()
}

fn as_json(value: &impl serde::Serialize, table: &'static str, column: &'static str) -> Result<Value, StoreError> {
    serde_json::to_value(value).map_err(|_| StoreError::Corrupt { table, column })
}

#[expect(clippy::too_many_lines, reason = "one statement")]
async fn insert(
    tx: &mut Tx,
    submission: &Submission,
    loaded: &Loaded,
    verdict: Option<&Verdict>,
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    if loaded.existing.is_some() {
        // Submitted before with other content, and never judged: it is replaced whole.
        sqlx::query!("delete from visit_photos where organisation_id = $1 and visit_id = $2", organisation_id, submission.id)
            .execute(&mut *tx)
            .await?;
    }
    let standing = Standing::of(verdict);
    let verdict_json = verdict.map(|verdict| as_json(verdict, "verdicts", "verdict")).transpose()?;
    let facts = verdict.map(|_| as_json(&loaded.facts, "verdicts", "facts")).transpose()?;
    let device = submission.device.as_ref().map(|device| as_json(device, "visits", "device")).transpose()?;
    let client_build = submission.device.as_ref().and_then(|device| device.client_build.as_deref());
    let fingerprint = key_info::fingerprint(&submission.key_info);
    sqlx::query!(
        r#"
        with visit as (
            insert into visits (organisation_id, id, rep_id, unit_id, customer_id, contact_id, deal_id, started_at, ended_at, visited_on,
                received_at, key_info, key_info_sha256, decision_role, challenge_sent, challenge_id, device, client_build, body_sha256,
                status, verdict_seq, evidence_kind, left_out_code, position, position_at, position_accuracy_m, distance_m, judged_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                $20, $21, $22, $23, $24, $25, $26, $27, $28)
            on conflict (organisation_id, id) do update set (customer_id, contact_id, deal_id, started_at, ended_at, visited_on, key_info,
                key_info_sha256, decision_role, challenge_sent, challenge_id, device, client_build, body_sha256, status, verdict_seq,
                evidence_kind, left_out_code, position, position_at, position_accuracy_m, distance_m, judged_at)
              = (excluded.customer_id, excluded.contact_id, excluded.deal_id, excluded.started_at, excluded.ended_at, excluded.visited_on,
                excluded.key_info, excluded.key_info_sha256, excluded.decision_role, excluded.challenge_sent, excluded.challenge_id,
                excluded.device, excluded.client_build, excluded.body_sha256, excluded.status, excluded.verdict_seq, excluded.evidence_kind,
                excluded.left_out_code, excluded.position, excluded.position_at, excluded.position_accuracy_m, excluded.distance_m,
                excluded.judged_at)
              where visits.status = 'awaiting_photos'
        ), attached as (
            insert into visit_photos (organisation_id, visit_id, photo_id, ordinal, use_no)
            select $1, $2, photo.id, photo.n, case when $21 = 1 and p.state = 'landed' then nextval('photo_uses') end
            from unnest($29::uuid[]) with ordinality photo (id, n) join photos p on p.organisation_id = $1 and p.id = photo.id
        ), judged as (
            insert into verdicts (organisation_id, visit_id, seq, status, rules_version, policy_version, cause, judged_at, verdict, facts)
            select $1, $2, 1, $20, $30, $31, 'submitted', $28, $32, $33 where $21 = 1
        ), used as (
            update challenges set used_by = $2 where organisation_id = $1 and id = $16 and rep_id = $3 and used_by is null and $21 = 1
        ), proposed as (
            insert into pin_proposals (organisation_id, id, customer_id, visit_id, position, state, created_at)
            select $1, $34, $5, $2, $24, 'open', $11 where $35
            on conflict on constraint pin_proposal_once_a_visit do nothing
        )
        insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
        select $1::uuid, $36::uuid, $3::uuid, 'visit.submitted', 'visit', $2::uuid, $8::timestamptz, $37::timestamptz, jsonb_build_object('customer_id', $5::uuid)
        union all
        select $1, $38::uuid, null, 'visit.judged', 'visit', $2, $37, $37, jsonb_build_object('seq', 1, 'status', $20::text, 'rules_version', $30::text)
        where $21 = 1
        "#,
        organisation_id,
        submission.id,
        submission.rep_id,
        loaded.unit_id,
        submission.customer_id,
        submission.contact_id,
        submission.deal_id,
        submission.started_at,
        submission.ended_at,
        civil_day(loaded, submission.started_at),
        submission.received_at,
        submission.key_info,
        fingerprint.as_ref().map(<[u8; 32]>::as_slice),
        submission.decision_role,
        submission.challenge_sent,
        submission.challenge_id,
        device,
        client_build,
        submission.body_sha256,
        standing.status,
        i32::from(verdict.is_some()),
        standing.evidence_kind,
        standing.left_out_code,
        standing.position as _,
        standing.position_at,
        standing.position_accuracy_m,
        standing.distance_m,
        verdict.map(|verdict| verdict.judged_at),
        &submission.photo_ids,
        rules_version(ENGINE_VERSION, loaded.policy_version),
        loaded.policy_version,
        verdict_json,
        facts,
        ids.next(),
        standing.proposes_pin,
        ids.next(),
        now,
        ids.next(),
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one row of the ledger, spelled out")]
async fn append(
    tx: &mut Tx,
    submission: &Submission,
    loaded: &Loaded,
    verdict: &Verdict,
    seq: i32,
    cause: Cause,
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let standing = Standing::of(Some(verdict));
    let rules = rules_version(ENGINE_VERSION, loaded.policy_version);
    sqlx::query!(
        r#"
        with judged as (
            insert into verdicts (organisation_id, visit_id, seq, status, rules_version, policy_version, cause, judged_at, verdict, facts)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ), standing as (
            update visits set status = $4, verdict_seq = $3, evidence_kind = $11, left_out_code = $12, position = $13, position_at = $14,
                position_accuracy_m = $15, distance_m = $16, judged_at = $8
            where organisation_id = $1 and id = $2
        ), shown as (
            update visit_photos x set use_no = nextval('photo_uses') from photos p
            where x.organisation_id = $1 and x.visit_id = $2 and x.use_no is null
              and p.organisation_id = $1 and p.id = x.photo_id and p.state = 'landed'
        ), used as (
            update challenges set used_by = $2 where organisation_id = $1 and id = $17 and rep_id = $18 and used_by is null
        ), proposed as (
            insert into pin_proposals (organisation_id, id, customer_id, visit_id, position, state, created_at)
            select $1, $19, $20, $2, $13, 'open', $8 where $21
            on conflict on constraint pin_proposal_once_a_visit do nothing
        )
        insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
        values ($1, $22, null, 'visit.judged', 'visit', $2, $8, $8, $23)
        "#,
        organisation_id,
        submission.id,
        seq,
        standing.status,
        rules,
        loaded.policy_version,
        cause.as_str(),
        now,
        as_json(verdict, "verdicts", "verdict")?,
        as_json(&loaded.facts, "verdicts", "facts")?,
        standing.evidence_kind,
        standing.left_out_code,
        standing.position as _,
        standing.position_at,
        standing.position_accuracy_m,
        standing.distance_m,
        submission.challenge_id,
        submission.rep_id,
        ids.next(),
        submission.customer_id,
        standing.proposes_pin,
        ids.next(),
        json!({ "seq": seq, "status": standing.status, "cause": cause.as_str(), "rules_version": rules }),
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
