//! What a judgement says: a status, and every check that led to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::code::Code;
use crate::place::Position;

/// The whole of a visit's checks under one rules version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub status: VerdictStatus,
    pub judged_at: DateTime<Utc>,
    /// What spoke for presence, if anything did: the position of the best photo, at the customer or not.
    pub evidence: Option<CarryingEvidence>,
    /// What each photo came to, in the order of the facts; the checks are those of the best one.
    pub photos: Vec<PhotoFinding>,
    /// Every check in its fixed order, whatever its outcome.
    pub checks: Vec<Check>,
}

impl Verdict {
    /// The check of this name; every verdict has each of them once.
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|check| check.check == name)
    }

    /// The position that this visit proposes as the pin of its customer, who has none yet.
    pub fn proposed_pin(&self) -> Option<Position> {
        let is_unlocated = self.checks.iter().any(|check| check.code == Code::CustomerUnlocated);
        self.evidence.as_ref().filter(|_| is_unlocated).and_then(|evidence| evidence.position)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    Valid,
    Invalid,
    Review,
}

impl VerdictStatus {
    /// What a set of outcomes comes to: any fail is invalid, else anything unknown is review, else valid.
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        outcomes.into_iter().fold(Self::Valid, |status, outcome| match (status, outcome) {
            (Self::Invalid, _) | (_, Outcome::Fail) => Self::Invalid,
            (Self::Review, _) | (_, Outcome::Unknown) => Self::Review,
            (Self::Valid, Outcome::Pass | Outcome::Skipped) => Self::Valid,
        })
    }
}

/// Which photo, and which kind of evidence, spoke for presence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarryingEvidence {
    pub kind: EvidenceKind,
    pub photo_id: Option<Uuid>,
    pub position: Option<Position>,
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

impl EvidenceKind {
    /// All of them, in their order.
    pub const ALL: [Self; 2] = [Self::Exif, Self::DeviceFix];
}

/// What one photo came to by itself: its gravest finding, or the note with which it passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoFinding {
    pub photo_id: Uuid,
    pub code: Code,
}

/// One rule applied to a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    pub check: CheckName,
    pub outcome: Outcome,
    pub code: Code,
    /// The photo that was looked at, for checks of a photo.
    pub photo_id: Option<Uuid>,
    pub measured: Option<Measure>,
    pub limit: Option<Measure>,
}

/// The rules, in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// A photo is there and can be read.
    Photo,
    /// The photo says where it was taken.
    Gps,
    /// The position is fine enough.
    Accuracy,
    /// The position is at the customer.
    Fence,
    /// The photo was taken for this visit.
    CaptureTime,
    /// The clocks tell one story.
    Clocks,
    /// The photo belongs to this visit only.
    Reuse,
    /// The photo is as the camera saved it.
    Editing,
    /// The phone's own fix agrees with the photo.
    DevicePosition,
    /// No mock provider was at work.
    MockLocation,
    /// The rep can have come here since the previous visit.
    Travel,
    /// The capture challenge is this visit's own.
    Challenge,
    /// The photo was taken while the challenge was open.
    ChallengeWindow,
    /// Something was learned.
    KeyInfo,
    /// It was not copied from an earlier visit.
    KeyInfoRepeated,
    /// The decision role is on the list.
    DecisionRole,
}

impl CheckName {
    /// All of them, in their order.
    pub const ALL: [Self; 16] = [
        Self::Photo,
        Self::Gps,
        Self::Accuracy,
        Self::Fence,
        Self::CaptureTime,
        Self::Clocks,
        Self::Reuse,
        Self::Editing,
        Self::DevicePosition,
        Self::MockLocation,
        Self::Travel,
        Self::Challenge,
        Self::ChallengeWindow,
        Self::KeyInfo,
        Self::KeyInfoRepeated,
        Self::DecisionRole,
    ];
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    /// It cannot be told without a person.
    Unknown,
    /// Not made, because what it needs is missing; or made, and the organisation ignores this finding.
    Skipped,
}

impl Outcome {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Unknown, Self::Skipped];
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
