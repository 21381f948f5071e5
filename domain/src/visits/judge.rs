//! From facts to a verdict.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::checks::{Case, RULES, Subject, presence_of};
use super::code::Code;
use super::facts::{PhotoFacts, VisitFacts};
use super::policy::VisitPolicy;
use super::sighting::Sighting;
use super::verdict::{Check, Outcome, PhotoFinding, Verdict, VerdictStatus};

/// Judges a visit: every rule is applied, every outcome is kept, and the photo that proves most carries the visit.
///
/// The other photos do not count against it: one storefront photo that proves presence is enough, and what each of the others came
/// to is listed. `now` only dates the verdict; the same facts under the same policy always come to the same checks.
pub fn judge(facts: &VisitFacts, policy: &VisitPolicy, now: DateTime<Utc>) -> Verdict {
    let photos = facts.photos.iter().map(|photo| Judged::by(facts, policy, Some(photo))).collect::<Vec<_>>();
    let findings = photos.iter().filter_map(Judged::finding).collect();
    let best = photos.into_iter().min_by_key(Judged::rank).unwrap_or_else(|| Judged::by(facts, policy, None));
    Verdict {
        status: VerdictStatus::of(best.checks.iter().map(|check| check.outcome)),
        judged_at: now,
        evidence: presence_of(&best.case),
        photos: findings,
        checks: best.checks,
    }
}

/// The visit judged through one of its photos.
struct Judged<'a> {
    case: Case<'a>,
    checks: Vec<Check>,
}

impl<'a> Judged<'a> {
    fn by(facts: &'a VisitFacts, policy: &'a VisitPolicy, photo: Option<&'a PhotoFacts>) -> Self {
        let case = Case { facts, policy, photo, sighting: Sighting::of(photo, facts, policy) };
        let checks = RULES.iter().map(|rule| rule.check(&case)).collect();
        Self { case, checks }
    }

    /// The photo's gravest finding, the first of several; else the note with which it passed.
    fn finding(&self) -> Option<PhotoFinding> {
        let photo_id = self.case.photo?.id;
        let of_photo = || RULES.iter().zip(&self.checks).filter(|(rule, _)| rule.subject == Subject::Photo).map(|(_, check)| check);
        let first = |outcome| of_photo().find(|check| check.outcome == outcome).map(|check| check.code);
        let note = || of_photo().map(|check| check.code).find(|code| *code == Code::DeviceFixUsed);
        let code = first(Outcome::Fail).or_else(|| first(Outcome::Unknown)).or_else(note).unwrap_or(Code::Ok);
        Some(PhotoFinding { photo_id, code })
    }

    /// Sorts the best photo first: by what the visit comes to with it, then by how far it gets before the first finding of that
    /// weight and by how few findings it has, then by when it was taken; the id makes the choice independent of the photos' order.
    fn rank(&self) -> impl Ord + use<'a> {
        let count = |outcome| self.checks.iter().filter(|check| check.outcome == outcome).count();
        let (fails, unknowns) = (count(Outcome::Fail), count(Outcome::Unknown));
        let (status, gravest) = match VerdictStatus::of(self.checks.iter().map(|check| check.outcome)) {
            VerdictStatus::Valid => (0, None),
            VerdictStatus::Review => (1, Some(Outcome::Unknown)),
            VerdictStatus::Invalid => (2, Some(Outcome::Fail)),
        };
        let reached = self.checks.iter().position(|check| Some(check.outcome) == gravest).unwrap_or(self.checks.len());
        let captured_at = self.case.sighting.capture.map(|capture| capture.at);
        (status, Reverse(reached), fails, unknowns, captured_at, self.case.photo.map(|photo| photo.id))
    }
}
