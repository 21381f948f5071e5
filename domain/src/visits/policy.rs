//! The visit policy: every threshold of the checks, as data.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::code::Code;
use crate::texts::Language;

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
    /// What is submitted later than this after the visit began is looked at by somebody.
    pub submit_within_s: i64,
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

impl Default for VisitPolicy {
    fn default() -> Self {
        Self {
            // Few phones state an accuracy that could be forgiven, and pins are often a building off; yet below 265 m, the smallest
            // shift between map datums in a big city, so that a pin in the wrong datum is noticed at once.
            fence_m: 200.0,
            accuracy_cap_m: 100.0,
            photo_max_age_s: 1800,
            future_tolerance_s: 120,
            clock_tolerance_s: 300,
            // A phone may be offline over a holiday; who sends last month's visits has something to explain.
            submit_within_s: 14 * 86_400,
            // A fence and a cap: both positions may be off honestly.
            device_fix_tolerance_m: 300.0,
            // Faster than any road; high-speed trains reach 350 km/h but not from shop door to shop door.
            max_speed_kmh: 250.0,
            travel_floor_m: 2000.0,
            key_info_min_chars: 1,
            evidence: EvidenceRule::Exif,
            challenge: ChallengeRule::Optional,
            // Measured on 844,350 pairs of different photos: none within 64; 0.2 % of honest repeat shots of a shop within 31.
            same_shot_distance: 31,
            look_alike_distance: 64,
            outcomes: BTreeMap::new(),
        }
    }
}

/// Which kinds of evidence may prove presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRule {
    #[default]
    Exif,
    ExifOrDeviceFix,
}

impl EvidenceRule {
    /// All of them, in their order.
    pub const ALL: [Self; 2] = [Self::Exif, Self::ExifOrDeviceFix];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeRule {
    /// Used when sent, not asked for.
    #[default]
    Optional,
    Required,
}

impl ChallengeRule {
    /// All of them, in their order.
    pub const ALL: [Self; 2] = [Self::Optional, Self::Required];
}

/// What a finding does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    Fail,
    Review,
    Ignore,
}

impl Consequence {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Review, Self::Ignore];
}

/// Something in a policy that cannot be put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFault {
    /// JSON pointer into the policy.
    pub pointer: String,
    pub code: PolicyFaultCode,
    /// What would be accepted, in figures or code names.
    pub allowed: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyFaultCode {
    OutOfRange,
    OutcomeNotPermitted,
}

impl PolicyFaultCode {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutOfRange => "out_of_range",
            Self::OutcomeNotPermitted => "outcome_not_permitted",
        }
    }
}

impl PolicyFault {
    /// What to tell the person who edits the policy.
    pub fn message(&self, language: Language) -> String {
        let allowed = &self.allowed;
        match (self.code, language) {
            (PolicyFaultCode::OutOfRange, Language::ZhCn) => format!("请填写 {allowed} 之间的数值。"),
            (PolicyFaultCode::OutOfRange, Language::En) => format!("Please choose a value within {allowed}."),
            (PolicyFaultCode::OutcomeNotPermitted, Language::ZhCn) => format!("该检查结果只能设为：{allowed}。"),
            (PolicyFaultCode::OutcomeNotPermitted, Language::En) => format!("This finding may only lead to: {allowed}."),
        }
    }
}

impl VisitPolicy {
    /// What a finding does under this policy; `None` for notes. A stored policy cannot break the rules that must never break: a
    /// consequence that the code does not permit counts as not written.
    pub fn consequence(&self, code: Code) -> Option<Consequence> {
        let chosen = self.outcomes.get(&code).copied().filter(|chosen| code.permits(*chosen));
        chosen.or_else(|| code.default_consequence())
    }

    /// Everything that keeps this policy from being put in force; empty when it can be.
    pub fn validate(&self) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        let mut within = |field: &str, is_within: bool, allowed: String| {
            if !is_within {
                faults.push(PolicyFault { pointer: format!("/{field}"), code: PolicyFaultCode::OutOfRange, allowed });
            }
        };
        let mut number = |field: &str, value: f64, range: RangeInclusive<f64>| within(field, range.contains(&value), span(&range));
        number("fence_m", self.fence_m, 10.0..=5000.0);
        number("accuracy_cap_m", self.accuracy_cap_m, 0.0..=1000.0);
        number("device_fix_tolerance_m", self.device_fix_tolerance_m, 10.0..=10_000.0);
        number("max_speed_kmh", self.max_speed_kmh, 20.0..=1200.0);
        number("travel_floor_m", self.travel_floor_m, 0.0..=100_000.0);
        let mut whole = |field: &str, value: i64, range: RangeInclusive<i64>| within(field, range.contains(&value), span(&range));
        whole("photo_max_age_s", self.photo_max_age_s, 60..=86_400);
        whole("future_tolerance_s", self.future_tolerance_s, 0..=3600);
        whole("clock_tolerance_s", self.clock_tolerance_s, 0..=3600);
        whole("submit_within_s", self.submit_within_s, 3600..=366 * 86_400);
        whole("key_info_min_chars", self.key_info_min_chars.into(), 1..=500);
        whole("same_shot_distance", self.same_shot_distance.into(), 0..=64);
        // Different pictures begin at 84 bits; a threshold near them would flag honest work.
        whole("look_alike_distance", self.look_alike_distance.into(), self.same_shot_distance.into()..=72);
        faults.extend(self.outcomes.iter().filter(|(code, chosen)| !code.permits(**chosen)).map(|(code, _)| outcome_fault(*code)));
        faults
    }
}

fn span<T: Display>(range: &RangeInclusive<T>) -> String {
    format!("{}–{}", range.start(), range.end())
}

fn outcome_fault(code: Code) -> PolicyFault {
    let permitted = [(Consequence::Fail, "fail"), (Consequence::Review, "review"), (Consequence::Ignore, "ignore")]
        .into_iter()
        .filter(|(consequence, _)| code.permits(*consequence))
        .map(|(_, name)| name)
        .collect::<Vec<_>>();
    PolicyFault {
        pointer: format!("/outcomes/{}", code.as_str()),
        code: PolicyFaultCode::OutcomeNotPermitted,
        allowed: if permitted.is_empty() { "-".to_owned() } else { permitted.join(", ") },
    }
}
