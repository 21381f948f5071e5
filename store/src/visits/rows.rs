//! The rows of visits and verdicts.

use chrono::{DateTime, NaiveDate, Utc};
use domain::place::Position;
use domain::visits::{DeviceClaim, Verdict};
use serde_json::Value;
use uuid::Uuid;

use crate::geography::Geog;
use crate::{StoreError, Tx};

/// A visit as its rep submitted it.
#[derive(Debug, Clone)]
pub struct Submission {
    pub id: Uuid,
    pub rep_id: Uuid,
    pub customer_id: Uuid,
    pub contact_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub photo_ids: Vec<Uuid>,
    pub key_info: String,
    pub decision_role: String,
    /// A challenge was sent, known or not.
    pub challenge_sent: bool,
    pub challenge_id: Option<Uuid>,
    pub device: Option<DeviceClaim>,
    pub received_at: DateTime<Utc>,
    /// Fingerprint of everything the client said.
    pub body_sha256: Vec<u8>,
}

struct SubmissionRow {
    id: Uuid,
    rep_id: Uuid,
    customer_id: Uuid,
    contact_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    photo_ids: Vec<Uuid>,
    key_info: String,
    decision_role: String,
    challenge_sent: bool,
    challenge_id: Option<Uuid>,
    device: Option<Value>,
    received_at: DateTime<Utc>,
    body_sha256: Vec<u8>,
}

/// A recorded visit as it was submitted, whoever asks: for judging it again.
pub(super) async fn submission_of(tx: &mut Tx, id: Uuid) -> Result<Option<Submission>, StoreError> {
    let organisation_id = tx.organisation_id();
    let row = sqlx::query_as!(
        SubmissionRow,
        r#"select id, rep_id, customer_id, contact_id, deal_id, started_at, ended_at,
            array(select photo_id from visit_photos x where x.organisation_id = v.organisation_id and x.visit_id = v.id order by ordinal) as "photo_ids!",
            key_info, decision_role, challenge_sent, challenge_id, device, received_at, body_sha256
         from visits v where organisation_id = $1 and id = $2"#,
        organisation_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let device = row.device.map(serde_json::from_value).transpose();
    Ok(Some(Submission {
        id: row.id,
        rep_id: row.rep_id,
        customer_id: row.customer_id,
        contact_id: row.contact_id,
        deal_id: row.deal_id,
        started_at: row.started_at,
        ended_at: row.ended_at,
        photo_ids: row.photo_ids,
        key_info: row.key_info,
        decision_role: row.decision_role,
        challenge_sent: row.challenge_sent,
        challenge_id: row.challenge_id,
        device: device.map_err(|_| StoreError::Corrupt { table: "visits", column: "device" })?,
        received_at: row.received_at,
        body_sha256: row.body_sha256,
    }))
}

/// A visit as it is shown.
#[derive(Debug, Clone)]
pub struct Visit {
    pub id: Uuid,
    pub rep_id: Uuid,
    pub rep_name: String,
    pub unit_id: Uuid,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub contact_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub visited_on: NaiveDate,
    pub received_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub key_info: String,
    pub decision_role: String,
    pub client_build: Option<String>,
    pub photo_ids: Vec<Uuid>,
    pub status: String,
    pub position: Option<Position>,
    pub appealed_at: Option<DateTime<Utc>>,
    /// Why it should count, in the words of the appeal that is open.
    pub appeal_reason: Option<String>,
    pub verdict: Option<VerdictRow>,
}

/// One verdict of a visit.
#[derive(Debug, Clone)]
pub struct VerdictRow {
    pub seq: i32,
    pub status: String,
    pub rules_version: String,
    pub cause: String,
    pub judged_at: DateTime<Utc>,
    pub judged_by: Option<Uuid>,
    pub reason: Option<String>,
    pub verdict: Verdict,
}

/// What every statement that shows visits selects; `v` visits, `c` customers, `u` users, `d` the latest verdict.
pub(super) const SHOWN: &str = "greatest(v.received_at, v.judged_at, v.appealed_at) as updated_at, v.id, v.rep_id, u.name as rep_name, v.unit_id, v.customer_id, c.name as customer_name, v.contact_id, v.deal_id, v.started_at,
    v.ended_at, v.visited_on, v.received_at, v.key_info, v.decision_role, v.client_build,
    array(select photo_id from visit_photos x where x.organisation_id = v.organisation_id and x.visit_id = v.id order by ordinal) as photo_ids,
    v.status, v.position, v.appealed_at,
    (select a.reason from appeals a where a.organisation_id = v.organisation_id and a.visit_id = v.id and a.answered_by_seq is null) as appeal_reason, d.seq, d.status as verdict_status, d.rules_version, d.cause, d.judged_at, d.judged_by, d.reason, d.verdict";

/// When a visit last changed: it arrives, is judged, is appealed. The index `visits_by_change` has the same words.
pub(super) const CHANGED: &str = "greatest(v.received_at, v.judged_at, v.appealed_at)";

/// Where those come from.
pub(super) const FROM: &str = "visits v
    join customers c on c.organisation_id = v.organisation_id and c.id = v.customer_id
    join users u on u.organisation_id = v.organisation_id and u.id = v.rep_id
    left join verdicts d on d.organisation_id = v.organisation_id and d.visit_id = v.id and d.seq = v.verdict_seq";

#[derive(sqlx::FromRow)]
pub(super) struct ShownRow {
    updated_at: DateTime<Utc>,
    id: Uuid,
    rep_id: Uuid,
    rep_name: String,
    unit_id: Uuid,
    customer_id: Uuid,
    customer_name: String,
    contact_id: Option<Uuid>,
    deal_id: Option<Uuid>,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    visited_on: NaiveDate,
    received_at: DateTime<Utc>,
    key_info: String,
    decision_role: String,
    client_build: Option<String>,
    photo_ids: Vec<Uuid>,
    status: String,
    position: Option<Geog>,
    appealed_at: Option<DateTime<Utc>>,
    appeal_reason: Option<String>,
    seq: Option<i32>,
    verdict_status: Option<String>,
    rules_version: Option<String>,
    cause: Option<String>,
    judged_at: Option<DateTime<Utc>>,
    judged_by: Option<Uuid>,
    reason: Option<String>,
    verdict: Option<sqlx::types::Json<Verdict>>,
}

impl From<ShownRow> for Visit {
    fn from(row: ShownRow) -> Self {
        let verdict = match (row.seq, row.verdict_status, row.rules_version, row.cause, row.judged_at, row.verdict) {
            (Some(seq), Some(status), Some(rules_version), Some(cause), Some(judged_at), Some(verdict)) => Some(VerdictRow {
                seq,
                status,
                rules_version,
                cause,
                judged_at,
                judged_by: row.judged_by,
                reason: row.reason,
                verdict: verdict.0,
            }),
            _ => None,
        };
        Self {
            id: row.id,
            rep_id: row.rep_id,
            rep_name: row.rep_name,
            unit_id: row.unit_id,
            customer_id: row.customer_id,
            customer_name: row.customer_name,
            contact_id: row.contact_id,
            deal_id: row.deal_id,
            started_at: row.started_at,
            ended_at: row.ended_at,
            visited_on: row.visited_on,
            received_at: row.received_at,
            updated_at: row.updated_at,
            key_info: row.key_info,
            decision_role: row.decision_role,
            client_build: row.client_build,
            photo_ids: row.photo_ids,
            status: row.status,
            position: row.position.map(|position| position.0),
            appealed_at: row.appealed_at,
            appeal_reason: row.appeal_reason,
            verdict,
        }
    }
}

/// One visit that the scope may see.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Visit>, StoreError> {
    let scope = tx.scope();
    let mut query = sqlx::QueryBuilder::new(format!("select {SHOWN} from {FROM} where v.organisation_id = "));
    query.push_bind(scope.organisation_id).push(" and v.id = ").push_bind(id);
    if let Some(own) = scope.own_only() {
        query.push(" and v.rep_id = ").push_bind(own);
    } else if let Some(unit) = scope.unit_id {
        query.push(" and v.unit_id in (select app.units_within(").push_bind(scope.organisation_id).push(", ").push_bind(unit).push("))");
    }
    let row: Option<ShownRow> = query.build_query_as().fetch_optional(&mut *tx).await?;
    Ok(row.map(Visit::from))
}

/// Every verdict of a visit in order. The caller has seen to it that the visit may be seen.
///
/// # Errors
/// As any statement.
pub async fn verdicts_of(tx: &mut Tx, visit_id: Uuid) -> Result<Vec<VerdictRow>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"select seq, status, rules_version, cause, judged_at, judged_by, reason, verdict as "verdict: sqlx::types::Json<Verdict>"
           from verdicts where organisation_id = $1 and visit_id = $2 order by seq"#,
        organisation_id,
        visit_id
    )
    .fetch_all(&mut *tx)
    .await?;
    let rows = rows.into_iter().map(|row| VerdictRow {
        seq: row.seq,
        status: row.status,
        rules_version: row.rules_version,
        cause: row.cause,
        judged_at: row.judged_at,
        judged_by: row.judged_by,
        reason: row.reason,
        verdict: row.verdict.0,
    });
    Ok(rows.collect())
}
