//! The checks, one function each, and the order in which they run.

mod claims;
mod moment;
mod picture;
mod presence;
mod record;

pub(super) use presence::presence_of;

use super::code::Code;
use super::facts::{PhotoFacts, VisitFacts};
use super::policy::{Consequence, VisitPolicy};
use super::sighting::Sighting;
use super::verdict::{Check, CheckName, Measure, Outcome};

/// One visit seen through one of its photos: what every check is given.
pub(super) struct Case<'a> {
    pub facts: &'a VisitFacts,
    pub policy: &'a VisitPolicy,
    /// `None` when the visit has no photo at all.
    pub photo: Option<&'a PhotoFacts>,
    pub sighting: Sighting<'a>,
}

/// Whether a rule looks at the photo or at the visit as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Photo,
    Visit,
}

pub(super) struct Rule {
    pub name: CheckName,
    pub subject: Subject,
    judge: fn(&Case) -> Finding,
}

/// Every rule in its order. All of them run, whatever the ones before found: the rep is told everything at once.
pub(super) const RULES: [Rule; 16] = [
    rule(CheckName::Photo, Subject::Photo, picture::photo),
    rule(CheckName::Gps, Subject::Photo, presence::gps),
    rule(CheckName::Accuracy, Subject::Photo, presence::accuracy),
    rule(CheckName::Fence, Subject::Photo, presence::fence),
    rule(CheckName::CaptureTime, Subject::Photo, moment::capture_time),
    rule(CheckName::Clocks, Subject::Photo, moment::clocks),
    rule(CheckName::Reuse, Subject::Photo, picture::reuse),
    rule(CheckName::Editing, Subject::Photo, picture::editing),
    rule(CheckName::DevicePosition, Subject::Photo, claims::device_position),
    rule(CheckName::MockLocation, Subject::Visit, claims::mock_location),
    rule(CheckName::Travel, Subject::Photo, claims::travel),
    rule(CheckName::Challenge, Subject::Visit, moment::challenge),
    rule(CheckName::ChallengeWindow, Subject::Photo, moment::challenge_window),
    rule(CheckName::KeyInfo, Subject::Visit, record::key_info),
    rule(CheckName::KeyInfoRepeated, Subject::Visit, record::key_info_repeated),
    rule(CheckName::DecisionRole, Subject::Visit, record::decision_role),
];

const fn rule(name: CheckName, subject: Subject, judge: fn(&Case) -> Finding) -> Rule {
    Rule { name, subject, judge }
}

impl Rule {
    /// Applies the rule, and the policy's consequence for what it finds.
    pub fn check(&self, case: &Case) -> Check {
        let finding = (self.judge)(case);
        Check {
            check: self.name,
            outcome: finding.outcome(case.policy),
            code: finding.code,
            photo_id: case.photo.filter(|_| self.subject == Subject::Photo).map(|photo| photo.id),
            measured: finding.measured,
            limit: finding.limit,
        }
    }
}

/// What a rule found, before the policy says what comes of it.
struct Finding {
    code: Code,
    /// False when the facts leave it open: such a finding never fails a visit, whatever its code.
    is_certain: bool,
    measured: Option<Measure>,
    limit: Option<Measure>,
}

impl Finding {
    fn of(code: Code) -> Self {
        Self { code, is_certain: true, measured: None, limit: None }
    }

    fn pass() -> Self {
        Self::of(Code::Ok)
    }

    fn skip() -> Self {
        Self::of(Code::NotJudged)
    }

    fn certain_if(self, is_certain: bool) -> Self {
        Self { is_certain, ..self }
    }

    fn measured(self, measured: impl Into<Option<Measure>>) -> Self {
        Self { measured: measured.into(), ..self }
    }

    fn limit(self, limit: impl Into<Option<Measure>>) -> Self {
        Self { limit: limit.into(), ..self }
    }

    fn outcome(&self, policy: &VisitPolicy) -> Outcome {
        match policy.consequence(self.code) {
            None if self.code == Code::NotJudged => Outcome::Skipped,
            None => Outcome::Pass,
            Some(Consequence::Ignore) => Outcome::Skipped,
            Some(Consequence::Fail) if self.is_certain => Outcome::Fail,
            Some(Consequence::Fail | Consequence::Review) => Outcome::Unknown,
        }
    }
}

/// Metres for people and records: decimetres are finer than any of the sources. What is no number is not recorded as one.
fn metres(metres: f64) -> Option<Measure> {
    tenths(metres).map(Measure::Metres)
}

fn kilometres_per_hour(speed: f64) -> Option<Measure> {
    tenths(speed).map(Measure::KilometresPerHour)
}

fn tenths(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 10.0).round() / 10.0)
}

/// Whole seconds of milliseconds, rounded away from the limit so that a breach never reads as equality.
const fn whole_seconds(milliseconds: i64) -> Measure {
    Measure::Seconds(milliseconds.saturating_add(999).div_euclid(1000))
}
