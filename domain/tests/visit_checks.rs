//! Every finding, reached from an honest visit by changing one fact.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod doorstep;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::evidence::{Flag, Gps, GpsFault, Reading, Taken, UnreadableCause};
use domain::place::Position;
use domain::visits::{
    ChallengeFacts, ChallengeRule, CheckName, Code, Consequence, EvidenceKind, EvidenceRule, Likeness, Measure, Outcome, VerdictStatus,
    VisitFacts, VisitPolicy, judge,
};
use doorstep::*;

struct Row {
    name: &'static str,
    change: fn(&mut VisitFacts, &mut VisitPolicy),
    check: CheckName,
    code: Code,
    outcome: Outcome,
    status: VerdictStatus,
}

const fn row(
    name: &'static str,
    change: fn(&mut VisitFacts, &mut VisitPolicy),
    check: CheckName,
    code: Code,
    outcome: Outcome,
    status: VerdictStatus,
) -> Row {
    Row { name, change, check, code, outcome, status }
}

/// A finding that fails the visit.
const fn fails(name: &'static str, check: CheckName, code: Code, change: fn(&mut VisitFacts, &mut VisitPolicy)) -> Row {
    row(name, change, check, code, Outcome::Fail, VerdictStatus::Invalid)
}

/// A finding that a person must look at.
const fn doubts(name: &'static str, check: CheckName, code: Code, change: fn(&mut VisitFacts, &mut VisitPolicy)) -> Row {
    row(name, change, check, code, Outcome::Unknown, VerdictStatus::Review)
}

/// A check that passes, or is not made, and leaves the visit valid.
const fn passes(name: &'static str, check: CheckName, code: Code, change: fn(&mut VisitFacts, &mut VisitPolicy)) -> Row {
    row(name, change, check, code, Outcome::Pass, VerdictStatus::Valid)
}

const fn skips(name: &'static str, check: CheckName, change: fn(&mut VisitFacts, &mut VisitPolicy)) -> Row {
    row(name, change, check, Code::NotJudged, Outcome::Skipped, VerdictStatus::Valid)
}

fn local(text: &str, offset_minutes: Option<i32>) -> Taken {
    Taken { local: text.parse().unwrap(), offset_minutes, subsec_ms: None }
}

fn perceptual(facts: &mut VisitFacts, distance: u16, same_rep: bool, same_customer: bool) {
    let mut twin = twin(Likeness::Perceptual { distance });
    (twin.same_rep, twin.same_customer) = (same_rep, same_customer);
    facts.photos[0].twins.push(twin);
}

fn strip_metadata(facts: &mut VisitFacts) {
    spoil(facts, |e| (e.gps, e.accuracy_m, e.taken, e.gps_at) = (Gps::Absent, None, None, None));
}

fn claimed(facts: &mut VisitFacts) -> &mut domain::visits::DeviceFix {
    facts.visit.device.as_mut().unwrap().fix.as_mut().unwrap()
}

#[rustfmt::skip]
const PICTURE: &[Row] = &[
    passes("an honest photo", CheckName::Photo, Code::Ok, |_, _| ()),
    fails("no photo", CheckName::Photo, Code::PhotoMissing, |f, _| f.photos.clear()),
    fails("bytes never arrived", CheckName::Photo, Code::PhotoMissing, |f, _| f.photos = vec![photo(1, None)]),
    fails("cut off", CheckName::Photo, Code::PhotoUnreadable, |f, _| f.photos = vec![photo(1, Some(Reading::Unreadable(UnreadableCause::Truncated)))]),
    doubts("a head without its picture", CheckName::Photo, Code::PhotoUnreadable, |f, _| spoil(f, |e| { e.flags.insert(Flag::PictureDamaged); })),
    fails("a web page", CheckName::Photo, Code::PhotoTypeUnsupported, |f, _| f.photos = vec![photo(1, Some(Reading::UnsupportedType))]),
    passes("a photo of its own", CheckName::Reuse, Code::Ok, |_, _| ()),
    fails("same bytes, even one's own visit to the same customer", CheckName::Reuse, Code::PhotoReused, |f, _| f.photos[0].twins.push(twin(Likeness::Bytes))),
    fails("same picture under new metadata", CheckName::Reuse, Code::PhotoReused, |f, _| f.photos[0].twins.push(twin(Likeness::Picture))),
    fails("same bytes behind a nearer likeness", CheckName::Reuse, Code::PhotoReused, |f, _| { perceptual(f, 2, false, true); f.photos[0].twins.push(twin(Likeness::Bytes)); }),
    doubts("same shot at the same customer", CheckName::Reuse, Code::PhotoReused, |f, _| perceptual(f, 31, true, true)),
    doubts("same shot of another rep", CheckName::Reuse, Code::PhotoReused, |f, _| perceptual(f, 31, false, true)),
    passes("another shot of the same shop", CheckName::Reuse, Code::Ok, |f, _| perceptual(f, 32, true, true)),
    passes("another rep's shot of the same shop", CheckName::Reuse, Code::Ok, |f, _| perceptual(f, 32, false, true)),
    doubts("look-alike at another customer", CheckName::Reuse, Code::PhotoReused, |f, _| perceptual(f, 64, true, false)),
    passes("unlike at another customer", CheckName::Reuse, Code::Ok, |f, _| perceptual(f, 65, true, false)),
    doubts("a likeness cannot be made to fail", CheckName::Reuse, Code::PhotoReused, |f, p| { perceptual(f, 0, false, false); p.outcomes.insert(Code::PhotoReused, Consequence::Fail); }),
    doubts("reuse softened", CheckName::Reuse, Code::PhotoReused, |f, p| { f.photos[0].twins.push(twin(Likeness::Bytes)); p.outcomes.insert(Code::PhotoReused, Consequence::Review); }),
    doubts("saved by an editor", CheckName::Editing, Code::PhotoEdited, |f, _| spoil(f, |e| e.editor = Some("photoshop".into()))),
    doubts("thumbnail of another shape", CheckName::Editing, Code::PhotoEdited, |f, _| spoil(f, |e| e.thumbnail_mismatch = Some(true))),
    passes("software that is no editor", CheckName::Editing, Code::Ok, |f, _| spoil(f, |e| e.camera.software = Some("15.4.1".into()))),
    passes("no thumbnail to compare", CheckName::Editing, Code::Ok, |f, _| spoil(f, |e| e.thumbnail_mismatch = None)),
];

#[rustfmt::skip]
const PRESENCE: &[Row] = &[
    fails("stripped", CheckName::Gps, Code::GpsAbsent, |f, _| strip_metadata(f)),
    doubts("the search had to stop early", CheckName::Gps, Code::GpsAbsent, |f, _| spoil(f, |e| { e.gps = Gps::Absent; e.flags.insert(Flag::TailUnseen); })),
    fails("emptied", CheckName::Gps, Code::GpsRedacted, |f, _| spoil(f, |e| e.gps = Gps::Redacted)),
    fails("no hemisphere", CheckName::Gps, Code::GpsMalformed, |f, _| spoil(f, |e| e.gps = Gps::Malformed { why: GpsFault::HemisphereUnknown })),
    fails("a position that is none", CheckName::Gps, Code::GpsMalformed, |f, _| spoil(f, |e| e.gps = Gps::Position { position: Position { lon: f64::NAN, lat: 31.0 } })),
    fails("250 degrees", CheckName::Gps, Code::GpsOutOfRange, |f, _| spoil(f, |e| e.gps = Gps::OutOfRange { latitude_deg: 250.0, longitude_deg: 1.0 })),
    passes("accuracy at the cap", CheckName::Accuracy, Code::Ok, |f, _| spoil(f, |e| e.accuracy_m = Some(100.0))),
    doubts("accuracy beyond the cap", CheckName::Accuracy, Code::GpsTooCoarse, |f, _| spoil(f, |e| e.accuracy_m = Some(100.1))),
    doubts("accuracy that is no number", CheckName::Accuracy, Code::GpsTooCoarse, |f, _| spoil(f, |e| e.accuracy_m = Some(f64::NAN))),
    skips("no accuracy stated", CheckName::Accuracy, |f, _| spoil(f, |e| e.accuracy_m = None)),
    passes("inside the fence", CheckName::Fence, Code::Ok, |f, _| spoil(f, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(199.0) }, None))),
    fails("outside the fence", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(201.0) }, None))),
    passes("outside by less than the inaccuracy", CheckName::Fence, Code::Ok, |f, _| spoil(f, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(290.0) }, Some(95.0)))),
    fails("outside by more than the inaccuracy", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(290.0) }, Some(85.0)))),
    doubts("no more than the cap is forgiven, and a huge error proves nothing", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(320.0) }, Some(5000.0)))),
    fails("outside by more than a huge error", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(2500.0) }, Some(2000.0)))),
    doubts("outside by a position of cell towers", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.coarse_source) = (Gps::Position { position: north_of_pin(260.0) }, true))),
    doubts("outside by a void position", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.gps_status_void) = (Gps::Position { position: north_of_pin(260.0) }, true))),
    doubts("outside in another datum", CheckName::Fence, Code::OutsideFence, |f, _| spoil(f, |e| (e.gps, e.gps_datum) = (Gps::Position { position: north_of_pin(260.0) }, Some("TOKYO".into())))),
    doubts("a fence that is no number", CheckName::Fence, Code::OutsideFence, |f, _| f.customer.fence_m = f64::NAN),
    doubts("a pin that is no place", CheckName::Fence, Code::OutsideFence, |f, _| f.customer.pin = Some(Position { lon: 121.0, lat: f64::NAN })),
    doubts("no pin yet", CheckName::Fence, Code::CustomerUnlocated, |f, _| f.customer.pin = None),
    doubts("no pin cannot be ignored", CheckName::Fence, Code::CustomerUnlocated, |f, p| { f.customer.pin = None; p.outcomes.insert(Code::CustomerUnlocated, Consequence::Ignore); }),
    passes("at the other reading of the pin", CheckName::Fence, Code::DatumAmbiguous, |f, _| { f.customer.pin = Some(north_of_pin(500.0)); f.customer.pin_otherwise = Some(PIN); }),
    passes("at the first reading of the pin", CheckName::Fence, Code::Ok, |f, _| f.customer.pin_otherwise = Some(north_of_pin(500.0))),
    fails("at neither reading", CheckName::Fence, Code::OutsideFence, |f, _| { f.customer.pin = Some(north_of_pin(900.0)); f.customer.pin_otherwise = Some(north_of_pin(600.0)); }),
];

#[rustfmt::skip]
const DEVICE_FIX: &[Row] = &[
    passes("the fix stands in", CheckName::Gps, Code::DeviceFixUsed, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; }),
    passes("for an emptied position, near its time", CheckName::Gps, Code::DeviceFixUsed, |f, p| { spoil(f, |e| e.gps = Gps::Redacted); p.evidence = EvidenceRule::ExifOrDeviceFix; }),
    passes("a photo's own position goes first", CheckName::Gps, Code::Ok, |_, p| p.evidence = EvidenceRule::ExifOrDeviceFix),
    fails("not without the opt-in", CheckName::Gps, Code::GpsAbsent, |f, _| strip_metadata(f)),
    fails("not for a broken position", CheckName::Gps, Code::GpsMalformed, |f, p| { spoil(f, |e| e.gps = Gps::Malformed { why: GpsFault::WrongType }); p.evidence = EvidenceRule::ExifOrDeviceFix; }),
    fails("not without an accuracy", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; claimed(f).accuracy_m = None; }),
    fails("not with an infinite accuracy", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; claimed(f).accuracy_m = Some(f64::INFINITY); }),
    fails("not when mocked", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; claimed(f).mock = true; }),
    fails("not without a challenge", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; f.challenge = None; }),
    fails("not with an unknown challenge", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; f.challenge = Some(ChallengeFacts::Unknown); }),
    fails("not with a used challenge", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; used_by(f, OTHER_VISIT); }),
    passes("with a challenge this visit used itself", CheckName::Gps, Code::DeviceFixUsed, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; used_by(f, VISIT); }),
    fails("not fixed before the challenge", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; window(f, "2026-11-23T01:18:00Z", "2026-11-23T02:00:00Z"); }),
    fails("not fixed after the challenge", CheckName::Gps, Code::GpsAbsent, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; window(f, "2026-11-23T00:00:00Z", "2026-11-23T01:06:00Z"); }),
    fails("not far from the photo's time", CheckName::Gps, Code::GpsRedacted, |f, p| { spoil(f, |e| e.gps = Gps::Redacted); p.evidence = EvidenceRule::ExifOrDeviceFix; claimed(f).fixed_at = at("2026-11-23T01:20:00Z"); }),
    doubts("a coarse fix is looked at", CheckName::Accuracy, Code::GpsTooCoarse, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; claimed(f).accuracy_m = Some(300.0); }),
    fails("a fix elsewhere", CheckName::Fence, Code::OutsideFence, |f, p| { strip_metadata(f); p.evidence = EvidenceRule::ExifOrDeviceFix; claimed(f).position = north_of_pin(900.0); }),
];

#[rustfmt::skip]
const MOMENT: &[Row] = &[
    passes("half an hour before", CheckName::CaptureTime, Code::Ok, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T08:43:00", Some(480))), None))),
    fails("a second more", CheckName::CaptureTime, Code::PhotoStale, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T08:42:59", Some(480))), None))),
    fails("stale by the satellites alone", CheckName::CaptureTime, Code::PhotoStale, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (None, Some(at("2026-11-22T01:00:00Z"))))),
    fails("stale by the zone of the place", CheckName::CaptureTime, Code::PhotoStale, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T08:30:00", None)), None))),
    passes("fresh by the zone of the place", CheckName::CaptureTime, Code::Ok, |f, _| { f.zone = chrono_tz::Tz::America__New_York; spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T09:12:03", None)), None)); }),
    passes("fresh by the satellites where the camera names no zone", CheckName::CaptureTime, Code::Ok, |f, _| { abroad(f); spoil(f, |e| e.taken = Some(local("2026-11-23T03:12:03", None))); }),
    doubts("no zone, no satellites, no telling place", CheckName::CaptureTime, Code::CaptureTimeUncertain, |f, _| { abroad(f); spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T09:12:03", None)), None)); }),
    fails("older than any zone allows", CheckName::CaptureTime, Code::PhotoStale, |f, _| { abroad(f); spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-22T10:00:00", None)), None)); }),
    fails("later than any zone allows", CheckName::CaptureTime, Code::PhotoFromFuture, |f, _| { abroad(f); spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-24T10:00:00", None)), None)); }),
    doubts("no time at all", CheckName::CaptureTime, Code::CaptureTimeAbsent, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (None, None))),
    passes("two minutes ahead", CheckName::CaptureTime, Code::Ok, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T09:16:00", Some(480))), None))),
    fails("from the future", CheckName::CaptureTime, Code::PhotoFromFuture, |f, _| spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T09:16:01", Some(480))), None))),
    doubts("ahead by one clock only", CheckName::CaptureTime, Code::CaptureTimeUncertain, |f, _| spoil(f, |e| e.taken = Some(local("2026-11-23T09:30:00", Some(480))))),
    passes("received days later from an offline phone", CheckName::CaptureTime, Code::Ok, |f, _| { f.received_at += TimeDelta::days(5); f.photos[0].landed_at = Some(f.received_at); }),
    passes("taken and landed after the submission", CheckName::CaptureTime, Code::Ok, |f, _| { f.photos[0].landed_at = Some(at("2026-11-23T01:25:00Z")); spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T09:24:00", Some(480))), None)); }),
    passes("clocks that agree", CheckName::Clocks, Code::Ok, |_, _| ()),
    doubts("camera and satellites apart", CheckName::Clocks, Code::ClocksDisagree, |f, _| spoil(f, |e| e.gps_at = Some(at("2026-11-23T01:06:00Z")))),
    doubts("camera by the place and satellites apart", CheckName::Clocks, Code::ClocksDisagree, |f, _| spoil(f, |e| e.taken = Some(local("2026-11-23T10:12:03", None)))),
    doubts("the client is ahead", CheckName::Clocks, Code::ClocksDisagree, |f, _| f.visit.started_at = at("2026-11-23T01:17:00Z")),
    row("a phone a day ahead makes no photo old", |f, _| { f.visit.started_at += TimeDelta::days(1); f.challenge = None; }, CheckName::CaptureTime, Code::Ok, Outcome::Pass, VerdictStatus::Review),
    doubts("a phone a day ahead", CheckName::Clocks, Code::ClocksDisagree, |f, _| { f.visit.started_at += TimeDelta::days(1); f.challenge = None; }),
    passes("submitted two weeks late", CheckName::Clocks, Code::Ok, |f, _| { f.received_at = f.visit.started_at + TimeDelta::days(14); f.photos[0].landed_at = Some(f.received_at); }),
    doubts("a second more than two weeks late", CheckName::Clocks, Code::SubmittedLate, |f, _| { f.received_at = f.visit.started_at + TimeDelta::days(14) + TimeDelta::seconds(1); f.photos[0].landed_at = Some(f.received_at); }),
    doubts("the fix is ahead", CheckName::Clocks, Code::ClocksDisagree, |f, _| claimed(f).fixed_at = at("2026-11-23T01:17:00Z")),
    doubts("ended before it began", CheckName::Clocks, Code::ClocksDisagree, |f, _| f.visit.ended_at = Some(at("2026-11-23T01:00:00Z"))),
    doubts("taken long after the visit", CheckName::Clocks, Code::ClocksDisagree, |f, _| { f.visit.ended_at = Some(at("2026-11-23T01:20:00Z")); f.photos[0].landed_at = Some(at("2026-11-23T03:00:00Z")); f.challenge = None; spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T10:30:00", Some(480))), None)); }),
    doubts("ended after it was received", CheckName::Clocks, Code::ClocksDisagree, |f, _| f.visit.ended_at = Some(f.received_at + TimeDelta::hours(1))),
    doubts("an end that makes a visit of last month last until today", CheckName::Clocks, Code::ClocksDisagree, |f, _| { f.visit.started_at = at("2026-10-20T01:00:00Z"); f.visit.ended_at = Some(f.received_at); f.challenge = None; }),
    passes("taken during a long visit", CheckName::Clocks, Code::Ok, |f, _| { f.visit.ended_at = Some(at("2026-11-23T04:00:00Z")); f.received_at = at("2026-11-23T05:00:00Z"); f.photos[0].landed_at = Some(f.received_at); f.challenge = None; spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T11:30:00", Some(480))), None)); }),
    skips("no challenge sent", CheckName::Challenge, |f, _| f.challenge = None),
    passes("a challenge of its own", CheckName::Challenge, Code::Ok, |_, _| ()),
    doubts("a challenge asked for and not sent", CheckName::Challenge, Code::ChallengeMissing, |f, p| { f.challenge = None; p.challenge = ChallengeRule::Required; }),
    fails("the same, where the organisation is strict", CheckName::Challenge, Code::ChallengeMissing, |f, p| { f.challenge = None; p.challenge = ChallengeRule::Required; p.outcomes.insert(Code::ChallengeMissing, Consequence::Fail); }),
    doubts("a challenge never issued", CheckName::Challenge, Code::ChallengeUnknown, |f, _| f.challenge = Some(ChallengeFacts::Unknown)),
    fails("a challenge of another visit", CheckName::Challenge, Code::ChallengeReused, |f, _| used_by(f, OTHER_VISIT)),
    passes("a challenge this visit used before", CheckName::Challenge, Code::Ok, |f, _| used_by(f, VISIT)),
    doubts("a challenge run out before the visit", CheckName::Challenge, Code::ChallengeExpired, |f, _| window(f, "2026-11-23T00:00:00Z", "2026-11-23T01:07:00Z")),
    passes("within its time", CheckName::ChallengeWindow, Code::Ok, |_, _| ()),
    doubts("taken before it was issued", CheckName::ChallengeWindow, Code::PhotoOutsideChallenge, |f, _| window(f, "2026-11-23T01:17:04Z", "2026-11-23T02:00:00Z")),
    doubts("taken after it ran out", CheckName::ChallengeWindow, Code::PhotoOutsideChallenge, |f, _| window(f, "2026-11-23T00:00:00Z", "2026-11-23T01:06:00Z")),
    fails("taken outside it, where the organisation is strict", CheckName::ChallengeWindow, Code::PhotoOutsideChallenge, |f, p| { window(f, "2026-11-23T01:17:04Z", "2026-11-23T02:00:00Z"); p.outcomes.insert(Code::PhotoOutsideChallenge, Consequence::Fail); }),
    doubts("perhaps outside it, however strict", CheckName::ChallengeWindow, Code::PhotoOutsideChallenge, |f, p| { abroad(f); spoil(f, |e| (e.taken, e.gps_at) = (Some(local("2026-11-23T09:12:03", None)), None)); p.outcomes.insert(Code::PhotoOutsideChallenge, Consequence::Fail); }),
];

#[rustfmt::skip]
const CLAIMS: &[Row] = &[
    passes("the phone agrees", CheckName::DevicePosition, Code::Ok, |_, _| ()),
    doubts("the phone was elsewhere", CheckName::DevicePosition, Code::PositionDisagrees, |f, _| claimed(f).position = north_of_pin(2000.0)),
    doubts("the phone's place is none", CheckName::DevicePosition, Code::PositionDisagrees, |f, _| claimed(f).position = Position { lon: f64::NAN, lat: 0.0 }),
    passes("far, but less than both inaccuracies", CheckName::DevicePosition, Code::Ok, |f, _| { claimed(f).position = north_of_pin(410.0); claimed(f).accuracy_m = Some(90.0); }),
    skips("no fix", CheckName::DevicePosition, |f, _| f.visit.device = None),
    row("a fix of another hour", |f, _| { claimed(f).position = north_of_pin(9000.0); claimed(f).fixed_at = at("2026-11-23T00:30:00Z"); }, CheckName::DevicePosition, Code::NotJudged, Outcome::Skipped, VerdictStatus::Valid),
    doubts("a mock provider", CheckName::MockLocation, Code::MockLocation, |f, _| claimed(f).mock = true),
    row("a mock provider where nobody minds", |f, p| { claimed(f).mock = true; p.outcomes.insert(Code::MockLocation, Consequence::Ignore); }, CheckName::MockLocation, Code::MockLocation, Outcome::Skipped, VerdictStatus::Valid),
    doubts("a claim cannot be made to fail", CheckName::MockLocation, Code::MockLocation, |f, p| { claimed(f).mock = true; p.outcomes.insert(Code::MockLocation, Consequence::Fail); }),
    skips("no device at all", CheckName::MockLocation, |f, _| f.visit.device = None),
    passes("a ride", CheckName::Travel, Code::Ok, |_, _| ()),
    skips("no previous position", CheckName::Travel, |f, _| f.previous = None),
    doubts("faster than a ride", CheckName::Travel, Code::ImpossibleTravel, |f, _| f.previous.as_mut().unwrap().position = north_of_pin(200_000.0)),
    doubts("two places at once", CheckName::Travel, Code::ImpossibleTravel, |f, _| f.previous.as_mut().unwrap().at = at("2026-11-23T01:12:03Z")),
    doubts("before that, from offline visits out of order", CheckName::Travel, Code::ImpossibleTravel, |f, _| f.previous.as_mut().unwrap().at = at("2026-11-23T01:13:00Z")),
    passes("next door at once", CheckName::Travel, Code::Ok, |f, _| { let p = f.previous.as_mut().unwrap(); p.at = at("2026-11-23T01:12:03Z"); p.position = north_of_pin(1500.0); }),
    doubts("from a place that is none", CheckName::Travel, Code::ImpossibleTravel, |f, _| f.previous.as_mut().unwrap().position = Position { lon: f64::INFINITY, lat: 0.0 }),
];

#[rustfmt::skip]
const RECORD: &[Row] = &[
    passes("something learned", CheckName::KeyInfo, Code::Ok, |_, _| ()),
    fails("nothing written", CheckName::KeyInfo, Code::KeyInfoEmpty, |f, _| f.visit.key_info.clear()),
    fails("nothing visible", CheckName::KeyInfo, Code::KeyInfoEmpty, |f, _| f.visit.key_info = "\u{3000}\u{200b}。。。👍".into()),
    fails("a key held down", CheckName::KeyInfo, Code::KeyInfoEmpty, |f, _| f.visit.key_info = "啊啊啊啊啊啊".into()),
    fails("the name alone", CheckName::KeyInfo, Code::KeyInfoOnlyName, |f, _| f.visit.key_info = "【好孩子母婴店】".into()),
    fails("too short", CheckName::KeyInfo, Code::KeyInfoTooShort, |f, p| { f.visit.key_info = "要货。".into(); p.key_info_min_chars = 3; }),
    passes("just long enough", CheckName::KeyInfo, Code::Ok, |f, p| { f.visit.key_info = "要货吗。".into(); p.key_info_min_chars = 3; }),
    fails("emptiness cannot be ignored", CheckName::KeyInfo, Code::KeyInfoEmpty, |f, p| { f.visit.key_info.clear(); p.outcomes.insert(Code::KeyInfoEmpty, Consequence::Ignore); }),
    doubts("copied from earlier", CheckName::KeyInfoRepeated, Code::RepeatedKeyInfo, |f, _| f.repeated_key_info = Some(OTHER_VISIT)),
    passes("new words", CheckName::KeyInfoRepeated, Code::Ok, |_, _| ()),
    fails("no role", CheckName::DecisionRole, Code::DecisionRoleMissing, |f, _| f.visit.decision_role = " \u{200b}".into()),
    fails("a role of nobody's list", CheckName::DecisionRole, Code::DecisionRoleUnknown, |f, _| f.visit.decision_role = "king".into()),
    fails("an empty list", CheckName::DecisionRole, Code::DecisionRoleUnknown, |f, _| f.decision_roles.clear()),
    passes("a role of the list", CheckName::DecisionRole, Code::Ok, |f, _| f.visit.decision_role = " gatekeeper ".into()),
];

fn used_by(facts: &mut VisitFacts, visit: uuid::Uuid) {
    if let Some(ChallengeFacts::Issued { used_by, .. }) = facts.challenge.as_mut() {
        *used_by = Some(visit);
    }
}

fn window(facts: &mut VisitFacts, from: &str, until: &str) {
    facts.challenge = Some(ChallengeFacts::Issued { issued_at: at(from), expires_at: at(until), used_by: None });
}

/// Moves everything to Berlin, where the place does not tell the zone here.
fn abroad(facts: &mut VisitFacts) {
    let berlin = Position { lon: 13.4, lat: 52.5 };
    facts.customer.pin = Some(berlin);
    facts.previous = None;
    facts.visit.device = None;
    spoil(facts, |evidence| evidence.gps = Gps::Position { position: berlin });
}

fn rows() -> impl Iterator<Item = &'static Row> {
    [PICTURE, PRESENCE, DEVICE_FIX, MOMENT, CLAIMS, RECORD].into_iter().flatten()
}

fn judged(row: &Row) -> domain::visits::Verdict {
    let (mut facts, mut policy) = (honest(), VisitPolicy::default());
    (row.change)(&mut facts, &mut policy);
    judge(&facts, &policy, received_at())
}

#[test]
fn every_row_comes_to_its_finding() {
    let differing: Vec<_> = rows()
        .filter_map(|row| {
            let verdict = judged(row);
            let check = verdict.check(row.check).unwrap();
            let got = (check.code, check.outcome, verdict.status);
            let others: Vec<_> = verdict.checks.iter().filter(|c| !matches!(c.code, Code::Ok | Code::NotJudged)).collect();
            (got != (row.code, row.outcome, row.status)).then(|| format!("{}: {got:?}, with {others:?}", row.name))
        })
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn every_code_is_reached() {
    let reached: BTreeSet<Code> = rows().flat_map(|row| judged(row).checks).map(|check| check.code).collect();
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !reached.contains(code)).collect();
    assert!(missing.is_empty(), "no row produces {missing:?}");
}

#[test]
fn every_check_is_reported_once_in_order_whatever_happens() {
    for row in rows() {
        let names: Vec<_> = judged(row).checks.iter().map(|check| check.check).collect();
        assert_eq!(names.len(), 16, "{}", row.name);
        assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]), "{}: {names:?}", row.name);
    }
}

#[test]
fn measures_and_limits_are_recorded() {
    let mut facts = honest();
    spoil(&mut facts, |e| (e.gps, e.accuracy_m) = (Gps::Position { position: north_of_pin(812.0) }, None));
    let verdict = judge(&facts, &VisitPolicy::default(), received_at());
    let fence = verdict.check(CheckName::Fence).unwrap();
    assert_eq!((&fence.measured, &fence.limit), (&Some(Measure::Metres(812.0)), &Some(Measure::Metres(200.0))));
    assert_eq!(fence.photo_id, Some(facts.photos[0].id));
    assert_eq!(verdict.check(CheckName::KeyInfo).unwrap().photo_id, None);
}

#[test]
fn the_verdict_says_what_carried_it() {
    let exif = judge(&honest(), &VisitPolicy::default(), received_at()).evidence.unwrap();
    assert_eq!(exif.kind, EvidenceKind::Exif);
    assert_eq!(exif.captured_at, Some(at("2026-11-23T01:12:03Z")));
    assert_eq!((exif.distance_m, exif.accuracy_m), (Some(20.0), Some(8.0)));

    let mut facts = honest();
    strip_metadata(&mut facts);
    let policy = VisitPolicy { evidence: EvidenceRule::ExifOrDeviceFix, ..VisitPolicy::default() };
    let verdict = judge(&facts, &policy, received_at());
    let fix = verdict.evidence.unwrap();
    assert_eq!((fix.kind, fix.distance_m, fix.captured_at), (EvidenceKind::DeviceFix, Some(25.0), Some(claimed(&mut facts).fixed_at)));
    assert_eq!(verdict.photos[0].code, Code::DeviceFixUsed);
    assert_eq!(judge(&facts, &VisitPolicy::default(), received_at()).evidence, None);
}

#[test]
fn a_customer_without_a_pin_is_offered_one() {
    let mut facts = honest();
    facts.customer.pin = None;
    let verdict = judge(&facts, &VisitPolicy::default(), received_at());
    assert_eq!(verdict.proposed_pin(), Some(north_of_pin(20.0)));
    assert_eq!(judge(&honest(), &VisitPolicy::default(), received_at()).proposed_pin(), None);
}

#[test]
fn the_best_photo_carries_and_each_photo_is_accounted_for() {
    let mut facts = honest();
    let far = |e: &mut domain::evidence::Evidence| e.gps = Gps::Position { position: north_of_pin(3000.0) };
    let mut reused = photo_with(4, |_| ());
    reused.twins.push(twin(Likeness::Bytes));
    facts.photos = vec![
        photo(1, None),
        photo_with(2, |e| e.gps = Gps::Absent),
        photo_with(3, far),
        reused,
        photo_with(5, |e| e.editor = Some("gimp".into())),
        photo_with(6, |_| ()),
    ];
    let codes = |facts: &VisitFacts| judge(facts, &VisitPolicy::default(), received_at()).photos.iter().map(|p| p.code).collect::<Vec<_>>();
    let all = [Code::PhotoMissing, Code::GpsAbsent, Code::OutsideFence, Code::PhotoReused, Code::PhotoEdited, Code::Ok];
    assert_eq!(codes(&facts), all);
    // Without the best one the next best speaks: valid, review, then the ones that got ever less far.
    for (status, photo_id, code) in [
        (VerdictStatus::Valid, 6, Code::Ok),
        (VerdictStatus::Review, 5, Code::PhotoEdited),
        (VerdictStatus::Invalid, 4, Code::PhotoReused),
        (VerdictStatus::Invalid, 3, Code::OutsideFence),
        (VerdictStatus::Invalid, 2, Code::GpsAbsent),
        (VerdictStatus::Invalid, 1, Code::PhotoMissing),
    ] {
        let verdict = judge(&facts, &VisitPolicy::default(), received_at());
        assert_eq!(verdict.status, status);
        let photo_check = verdict.check(CheckName::Photo).unwrap();
        assert_eq!(photo_check.photo_id, Some(uuid::Uuid::from_u128(photo_id)));
        assert_eq!(verdict.photos.last().unwrap().code, code);
        facts.photos.pop();
    }
}

#[test]
fn the_rules_version_names_both_halves() {
    assert_eq!(domain::visits::rules_version(1, 7), "1.7");
    assert_eq!(domain::visits::ENGINE_VERSION, 2);
}
