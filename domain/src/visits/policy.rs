//! The visit policy: every threshold of the checks, as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::verdict::Code;

/// An organisation's thresholds for counting a visit. Lengths in metres, spans in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VisitPolicy {
    /// Fence radius of a customer that states none of its own.
    pub fence_m: f64,
    /// Stated accuracy beyond this is too coarse, and no more than this is ever forgiven at the fence.
    pub accuracy_cap_m: f64,
    /// A photo may be this much older than the visit's start.
    pub photo_max_age_s: i64,
    /// Clocks may be this far ahead of the server's before a photo lies in the future.
    pub future_tolerance_s: i64,
    /// Camera, GPS and client clocks may differ by this much.
    pub clock_tolerance_s: i64,
    /// The phone's own fix may be this far from the photo's position.
    pub device_fix_tolerance_m: f64,
    /// Faster than this between two proven positions is not travel.
    pub max_speed_kmh: f64,
    /// Moves shorter than this are never judged by speed.
    pub travel_floor_m: f64,
    pub key_info_min_chars: u32,
    pub evidence: EvidenceRule,
    pub challenge: ChallengeRule,
    /// PDQ distance up to which two photos are the same shot.
    pub same_shot_distance: u16,
    /// PDQ distance up to which photos of different customers look alike.
    pub look_alike_distance: u16,
    /// A code's consequence where the organisation wants another than the default.
    pub outcomes: BTreeMap<Code, Consequence>,
}

/// Which kinds of evidence may prove presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRule {
    #[default]
    Exif,
    ExifOrDeviceFix,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeRule {
    /// Used when sent, not asked for.
    #[default]
    Optional,
    Required,
}

/// What a finding does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    Fail,
    Review,
    Ignore,
}
