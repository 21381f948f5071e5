//! Presence: the photo says where it was taken, finely enough, and that is at the customer.
//!
//! Every gate is written as `is_finite() && <=`: a comparison with a missing number passes nothing.

use super::{Case, Finding, metres, tenths};
use crate::evidence::{Flag, Gps};
use crate::place::distance_m;
use crate::visits::code::Code;
use crate::visits::facts::CustomerFacts;
use crate::visits::sighting::Fix;
use crate::visits::verdict::{CarryingEvidence, EvidenceKind};

pub(super) fn gps(case: &Case) -> Finding {
    let Some(evidence) = case.sighting.evidence else { return Finding::skip() };
    if let Some(fix) = &case.sighting.fix {
        return if fix.kind == EvidenceKind::DeviceFix { Finding::of(Code::DeviceFixUsed) } else { Finding::pass() };
    }
    // Where the search for metadata had to stop early, its absence is not known.
    let is_seen = !evidence.flags.contains(&Flag::TailUnseen);
    match evidence.gps {
        Gps::Absent => Finding::of(Code::GpsAbsent).certain_if(is_seen),
        Gps::Redacted => Finding::of(Code::GpsRedacted),
        Gps::OutOfRange { .. } => Finding::of(Code::GpsOutOfRange),
        // A position that gave no fix was not on the globe.
        Gps::Malformed { .. } | Gps::Position { .. } => Finding::of(Code::GpsMalformed),
    }
}

pub(super) fn accuracy(case: &Case) -> Finding {
    let Some(accuracy_m) = case.sighting.fix.and_then(|fix| fix.accuracy_m) else { return Finding::skip() };
    let cap_m = case.policy.accuracy_cap_m;
    if accuracy_m.is_finite() && accuracy_m >= 0.0 && accuracy_m <= cap_m {
        return Finding::pass().measured(metres(accuracy_m)).limit(metres(cap_m));
    }
    Finding::of(Code::GpsTooCoarse).measured(metres(accuracy_m)).limit(metres(cap_m))
}

pub(super) fn fence(case: &Case) -> Finding {
    let Some(fix) = case.sighting.fix else { return Finding::skip() };
    let customer = &case.facts.customer;
    let Some((to_pin_m, to_other_m)) = distances_m(customer, &fix) else { return Finding::of(Code::CustomerUnlocated) };
    let forgiven_m = forgiven_m(fix.accuracy_m, case.policy.accuracy_cap_m);
    let is_inside = |distance_m: f64| {
        let beyond_m = distance_m - forgiven_m;
        beyond_m.is_finite() && customer.fence_m.is_finite() && beyond_m <= customer.fence_m
    };
    let nearest_m = to_other_m.map_or(to_pin_m, |other_m| other_m.min(to_pin_m));
    let finding = if is_inside(to_pin_m) {
        Finding::pass()
    } else if to_other_m.is_some_and(is_inside) {
        Finding::of(Code::DatumAmbiguous)
    } else {
        Finding::of(Code::OutsideFence).certain_if(is_surely_outside(nearest_m, &fix, customer.fence_m))
    };
    finding.measured(metres(nearest_m)).limit(metres(customer.fence_m))
}

/// How much of a stated inaccuracy is forgiven at the fence, in metres: never more than the cap, nothing when nothing is stated.
pub(super) fn forgiven_m(accuracy_m: Option<f64>, cap_m: f64) -> f64 {
    let is_length = |metres: &f64| metres.is_finite() && *metres >= 0.0;
    accuracy_m.filter(is_length).zip(Some(cap_m).filter(is_length)).map_or(0.0, |(accuracy_m, cap_m)| accuracy_m.min(cap_m))
}

/// Uncertainty alone never fails a visit: a position whose own stated error reaches into the fence, or that calls itself rough, may
/// well have been taken at the door.
fn is_surely_outside(distance_m: f64, fix: &Fix, fence_m: f64) -> bool {
    let error_m = fix.accuracy_m.unwrap_or(0.0);
    !fix.is_loose && distance_m.is_finite() && fence_m.is_finite() && error_m.is_finite() && distance_m - error_m > fence_m
}

/// Metres from a fix to the customer's pin, and to its other reading where it has one; `None` without a pin.
fn distances_m(customer: &CustomerFacts, fix: &Fix) -> Option<(f64, Option<f64>)> {
    let to = |pin| distance_m(pin, fix.position);
    Some((to(customer.pin?), customer.pin_otherwise.map(to)))
}

/// The position that spoke for presence, for the record; `None` when the photo gave none.
pub(in crate::visits) fn presence_of(case: &Case) -> Option<CarryingEvidence> {
    let fix = case.sighting.fix?;
    Some(CarryingEvidence {
        kind: fix.kind,
        photo_id: case.photo.map(|photo| photo.id),
        position: Some(fix.position),
        accuracy_m: fix.accuracy_m,
        captured_at: case.sighting.capture.map(|capture| capture.at),
        distance_m: distances_m(&case.facts.customer, &fix)
            .and_then(|(to_pin_m, to_other_m)| tenths(to_other_m.map_or(to_pin_m, |other_m| other_m.min(to_pin_m)))),
    })
}
