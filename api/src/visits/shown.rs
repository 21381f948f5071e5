//! A visit and its verdict as people and programs read them.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use domain::texts::Language;
use domain::visits::{self, Check, Measure, Verdict};
use serde::Serialize;
use serde_json::Value;
use store::visits::{Loaded, Recorded, Submission, VerdictRow, Visit};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;
use crate::http::versions::etag;
use crate::place::{Place, Precision};
use crate::sessions::Reader;

/// A visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Visit)]
pub struct VisitView {
    pub id: Uuid,
    pub status: VisitStatus,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub rep_id: Uuid,
    pub rep_name: String,
    pub unit_id: Uuid,
    pub contact_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// The civil day of `started_at` in the organisation's zone.
    pub visited_on: NaiveDate,
    pub received_at: DateTime<Utc>,
    /// When it last changed: it arrived, was judged, or was appealed.
    pub updated_at: DateTime<Utc>,
    pub key_info: String,
    pub decision_role: String,
    pub client_build: Option<String>,
    pub photo_ids: Vec<Uuid>,
    /// Where the evidence says it was.
    pub position: Option<Place>,
    /// Since when an appeal is open.
    pub appealed_at: Option<DateTime<Utc>>,
    /// Why it should count, in the words of the appeal that is open.
    pub appeal_reason: Option<String>,
    /// The verdict in force; null while photos are awaited.
    pub verdict: Option<VerdictView>,
}

/// Where a visit stands. Only `valid` ones count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitStatus {
    AwaitingPhotos,
    Valid,
    Invalid,
    Review,
}

impl VisitStatus {
    fn read(text: &str) -> Self {
        match text {
            "valid" => Self::Valid,
            "invalid" => Self::Invalid,
            "review" => Self::Review,
            _ => Self::AwaitingPhotos,
        }
    }
}

/// A verdict: every check, its outcome, and what to do about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictView {
    /// The first verdict of a visit is 1; later ones stand beside it.
    pub seq: i32,
    pub status: VisitStatus,
    /// Engine and policy version: the same evidence under the same rules gives the same verdict.
    #[schema(example = "3.1")]
    pub rules_version: String,
    pub judged_at: DateTime<Utc>,
    #[schema(value_type = lists::VerdictCause)]
    pub cause: String,
    /// The person who decided; null for the engine.
    pub judged_by: Option<Uuid>,
    pub reason: Option<String>,
    /// What spoke for presence.
    pub evidence: Option<EvidenceView>,
    pub checks: Vec<CheckView>,
    /// What each photo came to by itself.
    pub photos: Vec<PhotoFindingView>,
}

/// What spoke for presence, at the customer or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CarryingEvidence)]
pub struct EvidenceView {
    #[schema(value_type = lists::EvidenceKind)]
    pub kind: visits::EvidenceKind,
    pub photo_id: Option<Uuid>,
    pub position: Option<Place>,
    pub accuracy_m: Option<f64>,
    pub captured_at: Option<DateTime<Utc>>,
    /// Metres from the customer's pin.
    pub distance_m: Option<f64>,
}

/// One rule applied to the visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Check)]
pub struct CheckView {
    #[schema(value_type = lists::CheckName)]
    pub check: visits::CheckName,
    #[schema(value_type = lists::CheckOutcome)]
    pub outcome: visits::Outcome,
    /// Stable; branch on this.
    #[schema(value_type = lists::CheckCode)]
    pub code: visits::Code,
    pub photo_id: Option<Uuid>,
    /// What was measured: a number in `unit`, or a text; null where there is nothing to measure.
    #[schema(value_type = lists::Measured, example = json!(1240.5))]
    pub measured: Value,
    /// What was allowed, in the same unit.
    #[schema(value_type = lists::Measured, example = json!(200.0))]
    pub limit: Value,
    /// Null where the value has none.
    #[schema(value_type = Option<lists::MeasureUnit>)]
    pub unit: Option<&'static str>,
    /// What was seen, in the reader's language.
    #[schema(example = "照片位置距客户 1,241 米，超出 200 米的范围。")]
    pub message: String,
    /// What to do about it, in the reader's language.
    pub remedy: Option<String>,
}

/// What one photo came to by itself: its gravest finding, or `ok`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhotoFinding)]
pub struct PhotoFindingView {
    pub photo_id: Uuid,
    #[schema(value_type = lists::CheckCode)]
    pub code: visits::Code,
}

impl VisitView {
    /// As an answer with the number of its latest verdict for a tag: what somebody who decides on it has read.
    pub fn tagged(self) -> Response {
        let seq = self.verdict.as_ref().map_or(0, |verdict| verdict.seq);
        ([(header::ETAG, etag(seq))], Json(self)).into_response()
    }

    /// A visit as it was just recorded.
    pub fn fresh(submission: &Submission, loaded: &Loaded, recorded: Option<&Recorded>, reader: Reader) -> Self {
        let verdict = recorded.map(|recorded| VerdictView {
            seq: recorded.seq,
            status: status_of(&recorded.verdict),
            rules_version: recorded.rules_version.clone(),
            judged_at: recorded.verdict.judged_at,
            cause: "submitted".to_owned(),
            judged_by: None,
            reason: None,
            evidence: evidence_of(&recorded.verdict, reader.precision),
            checks: checks_of(&recorded.verdict, reader.language),
            photos: findings_of(&recorded.verdict),
        });
        Self {
            id: submission.id,
            status: verdict.as_ref().map_or(VisitStatus::AwaitingPhotos, |verdict| verdict.status),
            customer_id: submission.customer_id,
            customer_name: loaded.facts.customer.name.clone(),
            rep_id: submission.rep_id,
            rep_name: loaded.rep_name.clone(),
            unit_id: loaded.unit_id,
            contact_id: submission.contact_id,
            deal_id: submission.deal_id,
            started_at: submission.started_at,
            ended_at: submission.ended_at,
            visited_on: submission.started_at.with_timezone(&loaded.facts.zone).date_naive(),
            received_at: submission.received_at,
            updated_at: verdict.as_ref().map_or(submission.received_at, |verdict| verdict.judged_at.max(submission.received_at)),
            key_info: submission.key_info.clone(),
            decision_role: submission.decision_role.clone(),
            client_build: submission.device.as_ref().and_then(|device| device.client_build.clone()),
            photo_ids: submission.photo_ids.clone(),
            position: verdict.as_ref().and_then(|verdict| verdict.evidence.as_ref()?.position),
            appealed_at: None,
            appeal_reason: None,
            verdict,
        }
    }

    /// A visit as it is stored.
    pub fn stored(visit: Visit, reader: Reader) -> Self {
        Self {
            id: visit.id,
            status: VisitStatus::read(&visit.status),
            customer_id: visit.customer_id,
            customer_name: visit.customer_name,
            rep_id: visit.rep_id,
            rep_name: visit.rep_name,
            unit_id: visit.unit_id,
            contact_id: visit.contact_id,
            deal_id: visit.deal_id,
            started_at: visit.started_at,
            ended_at: visit.ended_at,
            visited_on: visit.visited_on,
            received_at: visit.received_at,
            updated_at: visit.updated_at,
            key_info: visit.key_info,
            decision_role: visit.decision_role,
            client_build: visit.client_build,
            photo_ids: visit.photo_ids,
            position: visit.position.map(|position| Place::shown(position, reader.precision)),
            appealed_at: visit.appealed_at,
            appeal_reason: visit.appeal_reason,
            verdict: visit.verdict.map(|verdict| VerdictView::stored(verdict, reader)),
        }
    }
}

impl VerdictView {
    pub fn stored(row: VerdictRow, reader: Reader) -> Self {
        Self {
            seq: row.seq,
            status: VisitStatus::read(&row.status),
            rules_version: row.rules_version,
            judged_at: row.judged_at,
            cause: row.cause,
            judged_by: row.judged_by,
            reason: row.reason,
            evidence: evidence_of(&row.verdict, reader.precision),
            checks: checks_of(&row.verdict, reader.language),
            photos: findings_of(&row.verdict),
        }
    }
}

pub fn status_of(verdict: &Verdict) -> VisitStatus {
    match verdict.status {
        visits::VerdictStatus::Valid => VisitStatus::Valid,
        visits::VerdictStatus::Invalid => VisitStatus::Invalid,
        visits::VerdictStatus::Review => VisitStatus::Review,
    }
}

pub fn evidence_of(verdict: &Verdict, precision: Precision) -> Option<EvidenceView> {
    verdict.evidence.as_ref().map(|evidence| EvidenceView {
        kind: evidence.kind,
        photo_id: evidence.photo_id,
        position: evidence.position.map(|position| Place::shown(position, precision)),
        accuracy_m: evidence.accuracy_m,
        captured_at: evidence.captured_at,
        distance_m: evidence.distance_m.map(tenths),
    })
}

pub fn checks_of(verdict: &Verdict, language: Language) -> Vec<CheckView> {
    verdict.checks.iter().map(|check| CheckView::told(check, language)).collect()
}

fn findings_of(verdict: &Verdict) -> Vec<PhotoFindingView> {
    verdict.photos.iter().map(|finding| PhotoFindingView { photo_id: finding.photo_id, code: finding.code }).collect()
}

impl CheckView {
    fn told(check: &Check, language: Language) -> Self {
        let text = visits::texts::text(check, language);
        Self {
            check: check.check,
            outcome: check.outcome,
            code: check.code,
            photo_id: check.photo_id,
            measured: check.measured.as_ref().map_or(Value::Null, value_of),
            limit: check.limit.as_ref().map_or(Value::Null, value_of),
            unit: check.measured.as_ref().or(check.limit.as_ref()).and_then(unit_of),
            message: text.message,
            remedy: text.remedy,
        }
    }
}

fn value_of(measure: &Measure) -> Value {
    match measure {
        Measure::Metres(metres) => tenths(*metres).into(),
        Measure::Seconds(seconds) => (*seconds).into(),
        Measure::KilometresPerHour(speed) => tenths(*speed).into(),
        Measure::Characters(count) => (*count).into(),
        Measure::Bits(count) => (*count).into(),
        Measure::Instant(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).into(),
        Measure::Visit(id) => id.to_string().into(),
        Measure::Text(text) => text.clone().into(),
    }
}

fn unit_of(measure: &Measure) -> Option<&'static str> {
    match measure {
        Measure::Metres(_) => Some("m"),
        Measure::Seconds(_) => Some("s"),
        Measure::KilometresPerHour(_) => Some("km/h"),
        Measure::Characters(_) => Some("characters"),
        Measure::Bits(_) => Some("bits"),
        Measure::Instant(_) | Measure::Visit(_) | Measure::Text(_) => None,
    }
}

/// No measurement of ours is better than a decimetre.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
