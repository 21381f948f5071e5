//! Claims and circumstances: the phone's own fix, a mock provider, the way from the previous visit. None of them proves anything.

use super::presence::forgiven_m;
use super::{Case, Finding, kilometres_per_hour, metres};
use crate::place::distance_m;
use crate::visits::code::Code;
use crate::visits::facts::DeviceFix;
use crate::visits::sighting::{ms, ms_after};
use crate::visits::verdict::EvidenceKind;

fn claimed_fix<'a>(case: &'a Case) -> Option<&'a DeviceFix> {
    case.facts.visit.device.as_ref()?.fix.as_ref()
}

/// Compares the phone's fix with the photo's position; a fix from another time of the day says nothing about the photo.
pub(super) fn device_position(case: &Case) -> Finding {
    let photo_fix = case.sighting.fix.filter(|fix| fix.kind == EvidenceKind::Exif);
    let Some((photo_fix, claim)) = photo_fix.zip(claimed_fix(case)) else { return Finding::skip() };
    let apart_ms = case.sighting.capture.map_or(0, |capture| ms_after(claim.fixed_at, capture.at).saturating_abs());
    if apart_ms > ms(case.policy.photo_max_age_s) {
        return Finding::skip();
    }
    let cap_m = case.policy.accuracy_cap_m;
    let apart_m = distance_m(photo_fix.position, claim.position);
    let beyond_m = apart_m - forgiven_m(photo_fix.accuracy_m, cap_m) - forgiven_m(claim.accuracy_m, cap_m);
    let limit_m = case.policy.device_fix_tolerance_m;
    let is_near = beyond_m.is_finite() && beyond_m <= limit_m;
    let finding = if is_near { Finding::pass() } else { Finding::of(Code::PositionDisagrees) };
    finding.measured(metres(apart_m)).limit(metres(limit_m))
}

pub(super) fn mock_location(case: &Case) -> Finding {
    match claimed_fix(case) {
        None => Finding::skip(),
        Some(fix) if fix.mock => Finding::of(Code::MockLocation),
        Some(_) => Finding::pass(),
    }
}

/// The speed that the rep must have had since the previous proven position, the inaccuracies taken in their favour.
pub(super) fn travel(case: &Case) -> Finding {
    let Some((fix, previous)) = case.sighting.fix.zip(case.facts.previous.as_ref()) else { return Finding::skip() };
    let (cap_m, floor_m) = (case.policy.accuracy_cap_m, case.policy.travel_floor_m);
    let way_m = distance_m(fix.position, previous.position);
    if way_m.is_finite() && way_m <= floor_m {
        return Finding::pass();
    }
    let surely_m = way_m - forgiven_m(fix.accuracy_m, cap_m) - forgiven_m(previous.accuracy_m, cap_m);
    let started_at = case.facts.visit.started_at;
    let (earliest, latest) = case.sighting.capture.map_or((started_at, started_at), |capture| (capture.earliest, capture.latest));
    let longest_ms = ms_after(earliest, previous.at).saturating_abs().max(ms_after(latest, previous.at).saturating_abs());
    let speed_kmh = speed_kmh(surely_m, longest_ms);
    let limit_kmh = case.policy.max_speed_kmh;
    let is_travel = speed_kmh.is_finite() && speed_kmh <= limit_kmh;
    let finding = if is_travel { Finding::pass() } else { Finding::of(Code::ImpossibleTravel) };
    finding.measured(kilometres_per_hour(speed_kmh)).limit(kilometres_per_hour(limit_kmh))
}

/// Kilometres per hour; an interval below one second counts as one.
fn speed_kmh(way_m: f64, elapsed_ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 285,000 years")]
    let seconds = elapsed_ms.max(1000) as f64 / 1000.0;
    way_m / seconds * 3.6
}
