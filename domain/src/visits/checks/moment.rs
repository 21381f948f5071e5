//! The moment: the photo was taken for this visit, and the clocks tell one story.
//!
//! Receipt may be days late: phones are offline. So a photo's age is measured against the visit, never against the server's now.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Case, Finding, whole_seconds};
use crate::visits::code::Code;
use crate::visits::facts::ChallengeFacts;
use crate::visits::policy::ChallengeRule;
use crate::visits::sighting::{ms, ms_after};
use crate::visits::verdict::Measure;

/// No visit lasts longer than a working day, whatever end is stated: a photo of today proves nothing about last month.
const LONGEST_VISIT: TimeDelta = TimeDelta::hours(12);

pub(super) fn capture_time(case: &Case) -> Finding {
    if case.sighting.evidence.is_none() {
        return Finding::skip();
    }
    let Some(capture) = case.sighting.capture else { return Finding::of(Code::CaptureTimeAbsent) };
    // A visit that has arrived has begun: where the phone says otherwise, its clock is ahead and the photo is none the older.
    let started_at = case.facts.visit.started_at.min(case.facts.received_at);
    let received_at = case.photo.and_then(|photo| photo.landed_at).unwrap_or(case.facts.received_at);
    let (max_age_s, tolerance_s) = (case.policy.photo_max_age_s, case.policy.future_tolerance_s);
    let age_ms = |instant| ms_after(started_at, instant);
    let ahead_ms = |instant| ms_after(instant, received_at);
    if age_ms(capture.latest) > ms(max_age_s) {
        return Finding::of(Code::PhotoStale).measured(whole_seconds(age_ms(capture.latest))).limit(Measure::Seconds(max_age_s));
    }
    if ahead_ms(capture.earliest) > ms(tolerance_s) {
        let ahead = whole_seconds(ahead_ms(capture.earliest));
        return Finding::of(Code::PhotoFromFuture).measured(ahead).limit(Measure::Seconds(tolerance_s));
    }
    let is_within = age_ms(capture.earliest) <= ms(max_age_s) && ahead_ms(capture.latest) <= ms(tolerance_s);
    let finding = Finding::of(if is_within { Code::Ok } else { Code::CaptureTimeUncertain });
    finding.measured(Measure::Instant(capture.at))
}

pub(super) fn clocks(case: &Case) -> Finding {
    let (visit, policy) = (&case.facts.visit, case.policy);
    let received_at = case.facts.received_at;
    let fixed_at = visit.device.as_ref().and_then(|device| device.fix.as_ref()).map(|fix| fix.fixed_at);
    let after_visit_ms = case.sighting.capture.map(|capture| ms_after(capture.earliest, visit_end(case)));
    // Each gap between two clocks in milliseconds, with the seconds it may have.
    let gaps = [
        (case.sighting.camera_gps_gap_ms, policy.clock_tolerance_s),
        (Some(ms_after(visit.started_at, received_at)), policy.future_tolerance_s),
        (fixed_at.map(|fixed_at| ms_after(fixed_at, received_at)), policy.future_tolerance_s),
        (visit.ended_at.map(|ended_at| ms_after(visit.started_at, ended_at)), policy.clock_tolerance_s),
        (visit.ended_at.map(|ended_at| ms_after(ended_at, received_at)), policy.future_tolerance_s),
        (after_visit_ms, policy.photo_max_age_s),
    ];
    let breach = gaps.into_iter().find_map(|(gap_ms, limit_s)| Some((gap_ms.filter(|gap_ms| *gap_ms > ms(limit_s))?, limit_s)));
    let (waited_ms, within_s) = (ms_after(received_at, visit.started_at), policy.submit_within_s);
    match breach {
        None if waited_ms > ms(within_s) => {
            Finding::of(Code::SubmittedLate).measured(whole_seconds(waited_ms)).limit(Measure::Seconds(within_s))
        }
        Some((gap_ms, limit_s)) => Finding::of(Code::ClocksDisagree).measured(whole_seconds(gap_ms)).limit(Measure::Seconds(limit_s)),
        None if case.sighting.capture.is_none() => Finding::skip(),
        None => Finding::pass(),
    }
}

/// When the visit was over: as stated, else when it was submitted, but at most a working day after its start.
fn visit_end(case: &Case) -> DateTime<Utc> {
    let visit = &case.facts.visit;
    let longest = visit.started_at.checked_add_signed(LONGEST_VISIT).unwrap_or(DateTime::<Utc>::MAX_UTC);
    visit.ended_at.unwrap_or(case.facts.received_at).min(longest).max(visit.started_at)
}

pub(super) fn challenge(case: &Case) -> Finding {
    let visit = &case.facts.visit;
    match &case.facts.challenge {
        None if case.policy.challenge == ChallengeRule::Required => Finding::of(Code::ChallengeMissing),
        None => Finding::skip(),
        Some(ChallengeFacts::Unknown) => Finding::of(Code::ChallengeUnknown),
        Some(ChallengeFacts::Issued { used_by: Some(other), .. }) if *other != visit.id => {
            Finding::of(Code::ChallengeReused).measured(Measure::Visit(*other))
        }
        Some(ChallengeFacts::Issued { expires_at, .. }) => {
            let late_ms = ms_after(visit.started_at, *expires_at);
            if late_ms <= ms(case.policy.clock_tolerance_s) {
                return Finding::pass();
            }
            Finding::of(Code::ChallengeExpired).measured(whole_seconds(late_ms)).limit(Measure::Seconds(case.policy.clock_tolerance_s))
        }
    }
}

pub(super) fn challenge_window(case: &Case) -> Finding {
    let Some(ChallengeFacts::Issued { issued_at, expires_at, used_by }) = &case.facts.challenge else { return Finding::skip() };
    let is_own = used_by.is_none_or(|visit| visit == case.facts.visit.id);
    let Some(capture) = case.sighting.capture.filter(|_| is_own) else { return Finding::skip() };
    let outside_ms = |instant| ms_after(*issued_at, instant).max(ms_after(instant, *expires_at));
    let (at_first_ms, at_last_ms) = (outside_ms(capture.earliest), outside_ms(capture.latest));
    let may_be_inside = capture.earliest <= *expires_at && *issued_at <= capture.latest;
    let tolerance_s = case.policy.clock_tolerance_s;
    let worst_ms = at_first_ms.max(at_last_ms);
    if worst_ms <= ms(tolerance_s) {
        return Finding::pass();
    }
    Finding::of(Code::PhotoOutsideChallenge)
        .certain_if(!may_be_inside && at_first_ms.min(at_last_ms) > ms(tolerance_s))
        .measured(whole_seconds(worst_ms))
        .limit(Measure::Seconds(tolerance_s))
}
