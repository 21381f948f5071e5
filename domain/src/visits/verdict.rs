//! What a judgement says: a status, and every check that led to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The whole of a visit's checks under one rules version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub status: VerdictStatus,
    pub judged_at: DateTime<Utc>,
    /// What carried the proof of presence, if anything did.
    pub evidence: Option<CarryingEvidence>,
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    Valid,
    Invalid,
    Review,
}

/// Which photo, and which kind of evidence, spoke for presence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarryingEvidence {
    pub kind: EvidenceKind,
    pub photo_id: Option<Uuid>,
    pub position: Option<crate::place::Position>,
    pub accuracy_m: Option<f64>,
    pub captured_at: Option<DateTime<Utc>>,
    /// Metres from the customer's pin; `None` without a pin.
    pub distance_m: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    Exif,
    DeviceFix,
}

/// One rule applied to a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub check: CheckName,
    pub outcome: Outcome,
    pub code: Code,
    pub photo_id: Option<Uuid>,
    pub measured: Option<Measure>,
    pub limit: Option<Measure>,
}

/// A value as measured or allowed; the unit is part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Metres(f64),
    Seconds(i64),
    KilometresPerHour(f64),
    Characters(u32),
    /// PDQ distance, bits of 256.
    Bits(u16),
    Instant(DateTime<Utc>),
    Visit(Uuid),
    Text(String),
}
