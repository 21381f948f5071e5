//! The photo as a file: there, readable, this visit's own, as the camera saved it.

use super::{Case, Finding};
use crate::evidence::{Flag, Reading};
use crate::visits::code::Code;
use crate::visits::facts::{Likeness, PhotoTwin};
use crate::visits::verdict::Measure;

pub(super) fn photo(case: &Case) -> Finding {
    match case.photo.and_then(|photo| photo.reading.as_ref()) {
        None => Finding::of(Code::PhotoMissing),
        Some(Reading::Unreadable(_)) => Finding::of(Code::PhotoUnreadable),
        Some(Reading::UnsupportedType) => Finding::of(Code::PhotoTypeUnsupported),
        // Its head may be in order, but nobody can see the shop on it: somebody has to look, or the photo has to come again.
        Some(Reading::Evidence(evidence)) if evidence.flags.contains(&Flag::PictureDamaged) => {
            Finding::of(Code::PhotoUnreadable).certain_if(false)
        }
        Some(Reading::Evidence(_)) => Finding::pass(),
    }
}

/// The same bytes or the same picture elsewhere are certain. A likeness is a reason to look: the same shot of the same shop, or any
/// look-alike at another customer. Honest photos of one shop resemble each other, so beyond one shot they are not held against it.
pub(super) fn reuse(case: &Case) -> Finding {
    let Some(photo) = case.photo.filter(|_| case.sighting.evidence.is_some()) else { return Finding::skip() };
    if let Some(twin) = photo.twins.iter().find(|twin| matches!(twin.likeness, Likeness::Bytes | Likeness::Picture)) {
        return Finding::of(Code::PhotoReused).measured(Measure::Visit(twin.visit_id));
    }
    let nearest = photo.twins.iter().filter_map(|twin| likeness(twin, case)).min();
    nearest.map_or_else(Finding::pass, |(distance, limit)| {
        Finding::of(Code::PhotoReused).certain_if(false).measured(Measure::Bits(distance)).limit(Measure::Bits(limit))
    })
}

/// PDQ distance and the limit it is within.
fn likeness(twin: &PhotoTwin, case: &Case) -> Option<(u16, u16)> {
    let Likeness::Perceptual { distance } = twin.likeness else { return None };
    let same_shot = case.policy.same_shot_distance;
    let limit = if twin.same_customer { same_shot } else { same_shot.max(case.policy.look_alike_distance) };
    (distance <= limit).then_some((distance, limit))
}

pub(super) fn editing(case: &Case) -> Finding {
    let Some(evidence) = case.sighting.evidence else { return Finding::skip() };
    match &evidence.editor {
        Some(editor) => Finding::of(Code::PhotoEdited).measured(Measure::Text(editor.clone())),
        None if evidence.thumbnail_mismatch == Some(true) => Finding::of(Code::PhotoEdited),
        None => Finding::pass(),
    }
}
