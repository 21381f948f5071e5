//! The rows of the ledger: visits with their photos, verdicts and actions in one statement, however many.

use chrono::{DateTime, NaiveDate, Utc};
use domain::visits::{ENGINE_VERSION, EvidenceKind, Outcome, Verdict, VerdictStatus, key_info, rules_version};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::facts::Loaded;
use super::facts::rows::photo_ids;
use super::record::Cause;
use super::rows::Submission;
use crate::geography::Geog;
use crate::{StoreError, Tx};

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

/// A submission as it is written down: judged, or awaiting its photos.
pub(super) struct Entry<'a> {
    pub submission: &'a Submission,
    pub loaded: &'a Loaded,
    pub verdict: Option<&'a Verdict>,
}

/// One value of every entry.
fn column<T>(entries: &[Entry<'_>], value: impl FnMut(&Entry<'_>) -> T) -> Vec<T> {
    entries.iter().map(value).collect()
}

#[expect(clippy::too_many_lines, reason = "one statement")]
pub(super) async fn insert(tx: &mut Tx, entries: &[Entry<'_>], now: DateTime<Utc>, ids: &Ids) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let replaced = entries.iter().filter(|entry| entry.loaded.existing.is_some()).map(|entry| entry.submission.id).collect::<Vec<_>>();
    if !replaced.is_empty() {
        // Submitted before with other content, and never judged: it is replaced whole.
        sqlx::query!("delete from visit_photos where organisation_id = $1 and visit_id = any ($2)", organisation_id, &replaced)
            .execute(&mut *tx)
            .await?;
    }
    let standings = column(entries, |entry| Standing::of(entry.verdict));
    let verdicts = entries.iter().map(|entry| entry.verdict.map(|verdict| as_json(verdict, "verdicts", "verdict")).transpose());
    let verdicts = verdicts.collect::<Result<Vec<_>, _>>()?;
    let facts = entries.iter().map(|entry| entry.verdict.map(|_| as_json(&entry.loaded.facts, "verdicts", "facts")).transpose());
    let facts = facts.collect::<Result<Vec<_>, _>>()?;
    let devices =
        entries.iter().map(|entry| entry.submission.device.as_ref().map(|device| as_json(device, "visits", "device")).transpose());
    let devices = devices.collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        r#"
        with v as materialized (
            select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::timestamptz[], $9::timestamptz[],
                    $10::date[], $11::timestamptz[], $12::text[], $13::bytea[], $14::text[], $15::bool[], $16::uuid[], $17::jsonb[], $18::text[],
                    $19::bytea[], $20::text[], $21::int[], $22::text[], $23::text[], $24::geography[], $25::timestamptz[], $26::float8[],
                    $27::float8[], $28::timestamptz[], $29::text[], $30::text[], $31::int[], $32::jsonb[], $33::jsonb[], $34::uuid[],
                    $35::bool[], $36::uuid[], $37::uuid[]) with ordinality
                v (id, rep_id, unit_id, customer_id, contact_id, deal_id, started_at, ended_at, visited_on, received_at, key_info, fingerprint,
                    decision_role, challenge_sent, challenge_id, device, client_build, body_sha256, status, seq, evidence_kind, left_out_code,
                    position, position_at, position_accuracy_m, distance_m, judged_at, photo_ids, rules_version, policy_version, verdict, facts,
                    proposal_id, proposes_pin, submitted_id, judged_id, n)
        ), visit as (
            insert into visits (organisation_id, id, rep_id, unit_id, customer_id, contact_id, deal_id, started_at, ended_at, visited_on,
                received_at, key_info, key_info_sha256, decision_role, challenge_sent, challenge_id, device, client_build, body_sha256,
                status, verdict_seq, evidence_kind, left_out_code, position, position_at, position_accuracy_m, distance_m, judged_at)
            select $1, id, rep_id, unit_id, customer_id, contact_id, deal_id, started_at, ended_at, visited_on, received_at, key_info, fingerprint,
                decision_role, challenge_sent, challenge_id, device, client_build, body_sha256, status, seq, evidence_kind, left_out_code,
                position, position_at, position_accuracy_m, distance_m, judged_at
            from v order by n
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
            select $1, v.id, photo.id, photo.nth, case when v.seq = 1 and p.state = 'landed' then nextval('photo_uses') end
            from v cross join lateral unnest(v.photo_ids::uuid[]) with ordinality photo (id, nth)
            join photos p on p.organisation_id = $1 and p.id = photo.id order by v.n, photo.nth
        ), judged as (
            insert into verdicts (organisation_id, visit_id, seq, status, rules_version, policy_version, cause, judged_at, verdict, facts)
            select $1, id, 1, status, rules_version, policy_version, 'submitted', judged_at, verdict, facts from v where seq = 1
        ), used as (
            update challenges h set used_by = v.id
            from v where h.organisation_id = $1 and h.id = v.challenge_id and h.rep_id = v.rep_id and h.used_by is null and v.seq = 1
        ), proposed as (
            insert into pin_proposals (organisation_id, id, customer_id, visit_id, position, state, created_at)
            select $1, proposal_id, customer_id, id, position, 'open', received_at from v where proposes_pin
            on conflict on constraint pin_proposal_once_a_visit do nothing
        )
        insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
        select $1::uuid, submitted_id, rep_id, 'visit.submitted', 'visit', id, started_at, $38::timestamptz,
            jsonb_build_object('customer_id', customer_id) from v
        union all
        select $1, judged_id, null, 'visit.judged', 'visit', id, $38, $38,
            jsonb_build_object('seq', 1, 'status', status, 'rules_version', rules_version) from v where seq = 1
        "#,
        organisation_id,
        &column(entries, |entry| entry.submission.id),
        &column(entries, |entry| entry.submission.rep_id),
        &column(entries, |entry| entry.loaded.unit_id),
        &column(entries, |entry| entry.submission.customer_id),
        &column(entries, |entry| entry.submission.contact_id) as &[Option<Uuid>],
        &column(entries, |entry| entry.submission.deal_id) as &[Option<Uuid>],
        &column(entries, |entry| entry.submission.started_at),
        &column(entries, |entry| entry.submission.ended_at) as &[Option<DateTime<Utc>>],
        &column(entries, |entry| civil_day(entry.loaded, entry.submission.started_at)),
        &column(entries, |entry| entry.submission.received_at),
        &column(entries, |entry| entry.submission.key_info.clone()),
        &column(entries, |entry| key_info::fingerprint(&entry.submission.key_info).map(Vec::from)) as &[Option<Vec<u8>>],
        &column(entries, |entry| entry.submission.decision_role.clone()),
        &column(entries, |entry| entry.submission.challenge_sent),
        &column(entries, |entry| entry.submission.challenge_id) as &[Option<Uuid>],
        &devices as &[Option<Value>],
        &column(entries, |entry| entry.submission.device.as_ref()?.client_build.clone()) as &[Option<String>],
        &column(entries, |entry| entry.submission.body_sha256.clone()),
        &standings.iter().map(|standing| standing.status.to_owned()).collect::<Vec<_>>(),
        &column(entries, |entry| i32::from(entry.verdict.is_some())),
        &standings.iter().map(|standing| standing.evidence_kind.map(str::to_owned)).collect::<Vec<_>>() as &[Option<String>],
        &standings.iter().map(|standing| standing.left_out_code.map(str::to_owned)).collect::<Vec<_>>() as &[Option<String>],
        &standings.iter().map(|standing| standing.position).collect::<Vec<_>>() as &[Option<Geog>],
        &standings.iter().map(|standing| standing.position_at).collect::<Vec<_>>() as &[Option<DateTime<Utc>>],
        &standings.iter().map(|standing| standing.position_accuracy_m).collect::<Vec<_>>() as &[Option<f64>],
        &standings.iter().map(|standing| standing.distance_m).collect::<Vec<_>>() as &[Option<f64>],
        &column(entries, |entry| entry.verdict.map(|verdict| verdict.judged_at)) as &[Option<DateTime<Utc>>],
        &column(entries, |entry| photo_ids(entry.submission)),
        &column(entries, |entry| rules_version(ENGINE_VERSION, entry.loaded.policy_version)),
        &column(entries, |entry| entry.loaded.policy_version),
        &verdicts as &[Option<Value>],
        &facts as &[Option<Value>],
        &column(entries, |_| ids.next()),
        &standings.iter().map(|standing| standing.proposes_pin).collect::<Vec<_>>(),
        &column(entries, |_| ids.next()),
        &column(entries, |_| ids.next()),
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one row of the ledger, spelled out")]
pub(super) async fn append(
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
