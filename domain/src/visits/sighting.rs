//! A sighting: what one photo, and the claims around it, say about where and when the rep was.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::facts::{ChallengeFacts, DeviceFix, PhotoFacts, VisitFacts};
use super::policy::{EvidenceRule, VisitPolicy};
use super::verdict::EvidenceKind;
use crate::evidence::{Evidence, Gps, Reading, Taken};
use crate::place::{Position, capture_zone};

/// The farthest that a civil clock runs ahead of UTC and behind it.
const ZONE_AHEAD: TimeDelta = TimeDelta::hours(14);
const ZONE_BEHIND: TimeDelta = TimeDelta::hours(12);

/// Everything the checks of one photo start from.
pub(super) struct Sighting<'a> {
    /// `None` while there is no photo whose bytes could be read.
    pub evidence: Option<&'a Evidence>,
    pub fix: Option<Fix>,
    pub capture: Option<Capture>,
    /// By how much the camera's and the satellites' instants differ, in milliseconds, when both are certain.
    pub camera_gps_gap_ms: Option<i64>,
}

/// A position that may prove presence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fix {
    pub position: Position,
    pub accuracy_m: Option<f64>,
    pub kind: EvidenceKind,
    /// The photo itself says that the position is rough, void or in another datum: it can be far off without being wrong.
    pub is_loose: bool,
}

/// When a photo was taken: an instant, or all the instants that its clocks leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capture {
    /// The most probable instant.
    pub at: DateTime<Utc>,
    pub earliest: DateTime<Utc>,
    pub latest: DateTime<Utc>,
}

impl Capture {
    fn exactly(at: DateTime<Utc>) -> Self {
        Self { at, earliest: at, latest: at }
    }

    pub fn is_certain(&self) -> bool {
        self.earliest == self.latest
    }

    /// Milliseconds between an instant and the nearest instant of the capture; 0 within it.
    fn distance_ms(&self, instant: DateTime<Utc>) -> i64 {
        ms_after(self.earliest, instant).max(ms_after(instant, self.latest)).max(0)
    }
}

impl<'a> Sighting<'a> {
    pub fn of(photo: Option<&'a PhotoFacts>, facts: &VisitFacts, policy: &VisitPolicy) -> Self {
        let reading = photo.and_then(|photo| photo.reading.as_ref());
        let Some(Reading::Evidence(evidence)) = reading else {
            return Self { evidence: None, fix: None, capture: None, camera_gps_gap_ms: None };
        };
        let own_fix = exif_fix(evidence);
        let claimed_place = facts.visit.device.as_ref().and_then(|device| device.fix.as_ref()).map(|fix| fix.position);
        let place = own_fix.map(|fix| fix.position).or(claimed_place);
        let camera = evidence.taken.and_then(|taken| camera_capture(&taken, place, facts.zone));
        let gap_ms = camera.filter(Capture::is_certain).zip(evidence.gps_at).map(|(camera, gps)| ms_after(camera.at, gps).saturating_abs());
        let states_zone = evidence.taken.is_some_and(|taken| taken.offset_minutes.is_some());
        let capture = reconciled(camera, evidence.gps_at, states_zone, policy);
        let stand_in = || device_fix(facts, policy, evidence, capture.as_ref());
        match own_fix.map(|fix| (fix, capture)).or_else(stand_in) {
            Some((fix, capture)) => Self { evidence: Some(evidence), fix: Some(fix), capture, camera_gps_gap_ms: gap_ms },
            None => Self { evidence: Some(evidence), fix: None, capture, camera_gps_gap_ms: gap_ms },
        }
    }
}

fn exif_fix(evidence: &Evidence) -> Option<Fix> {
    let Gps::Position { position } = evidence.gps else { return None };
    let is_loose = evidence.coarse_source || evidence.gps_status_void || evidence.gps_datum.is_some();
    let fix = Fix { position, accuracy_m: evidence.accuracy_m, kind: EvidenceKind::Exif, is_loose };
    position.is_sane().then_some(fix)
}

/// The phone's own fix in place of a GPS that the photo lost, where the organisation opted in: with an accuracy, not mocked, and
/// bound to this visit by a challenge within whose time both the fix and the photo lie.
fn device_fix(facts: &VisitFacts, policy: &VisitPolicy, evidence: &Evidence, capture: Option<&Capture>) -> Option<(Fix, Option<Capture>)> {
    let lost_gps = matches!(evidence.gps, Gps::Absent | Gps::Redacted);
    let claim = facts.visit.device.as_ref()?.fix.as_ref()?;
    let accuracy_m = claim.accuracy_m.filter(|accuracy_m| accuracy_m.is_finite() && *accuracy_m >= 0.0)?;
    let tolerance_ms = ms(policy.clock_tolerance_s);
    let is_bound = policy.evidence == EvidenceRule::ExifOrDeviceFix
        && lost_gps
        && !claim.mock
        && claim.position.is_sane()
        && is_within_own_challenge(claim, facts, tolerance_ms)
        && capture.is_none_or(|capture| capture.distance_ms(claim.fixed_at) <= tolerance_ms);
    let fix = Fix { position: claim.position, accuracy_m: Some(accuracy_m), kind: EvidenceKind::DeviceFix, is_loose: false };
    // A photo that lost its position lost its time as well, mostly; the fix was taken with it.
    let at_the_fix = Capture::exactly(claim.fixed_at);
    let capture = capture.copied().filter(Capture::is_certain).unwrap_or(at_the_fix);
    is_bound.then_some((fix, Some(capture)))
}

fn is_within_own_challenge(claim: &DeviceFix, facts: &VisitFacts, tolerance_ms: i64) -> bool {
    let Some(ChallengeFacts::Issued { issued_at, expires_at, used_by }) = &facts.challenge else { return false };
    used_by.is_none_or(|visit| visit == facts.visit.id)
        && ms_after(*issued_at, claim.fixed_at) <= tolerance_ms
        && ms_after(claim.fixed_at, *expires_at) <= tolerance_ms
}

/// The camera's own clock as an instant: by the photo's offset, else by the zone of the place, else anywhere on the globe around
/// what the organisation's zone makes of it.
fn camera_capture(taken: &Taken, place: Option<Position>, organisation_zone: Tz) -> Option<Capture> {
    if taken.offset_minutes.is_some() {
        return taken.at().map(Capture::exactly);
    }
    let zone = capture_zone(place, organisation_zone);
    Some(match zone.zone.from_local_datetime(&taken.local) {
        MappedLocalTime::Single(at) if zone.certain => Capture::exactly(at.to_utc()),
        MappedLocalTime::Ambiguous(first, second) if zone.certain => {
            Capture { at: first.to_utc(), earliest: first.to_utc(), latest: second.to_utc() }
        }
        assumed => anywhere(taken.local, assumed.earliest().map(|at| at.to_utc())),
    })
}

fn anywhere(local: NaiveDateTime, assumed: Option<DateTime<Utc>>) -> Capture {
    let utc = local.and_utc();
    Capture {
        at: assumed.unwrap_or(utc),
        earliest: utc.checked_sub_signed(ZONE_AHEAD).unwrap_or(DateTime::<Utc>::MIN_UTC),
        latest: utc.checked_add_signed(ZONE_BEHIND).unwrap_or(DateTime::<Utc>::MAX_UTC),
    }
}

/// One capture out of the camera's clock and the satellites'. The camera's stated offset speaks first, then the satellites; where
/// two certain clocks differ beyond the tolerance, everything between them stays open.
fn reconciled(camera: Option<Capture>, gps: Option<DateTime<Utc>>, states_zone: bool, policy: &VisitPolicy) -> Option<Capture> {
    let (Some(camera), Some(gps)) = (camera, gps) else { return camera.or(gps.map(Capture::exactly)) };
    let spoken = if states_zone { camera.at } else { gps };
    if camera.is_certain() && ms_after(camera.at, gps).saturating_abs() > ms(policy.clock_tolerance_s) {
        return Some(Capture { at: spoken, earliest: camera.at.min(gps), latest: camera.at.max(gps) });
    }
    Some(Capture::exactly(spoken))
}

/// Milliseconds by which `later` lies after `earlier`; negative when it lies before.
pub(super) fn ms_after(later: DateTime<Utc>, earlier: DateTime<Utc>) -> i64 {
    later.signed_duration_since(earlier).num_milliseconds()
}

/// A policy's seconds in milliseconds.
pub(super) const fn ms(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}
