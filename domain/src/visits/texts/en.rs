//! English.

use super::{Wording, wording};
use crate::visits::code::Code;

/// The wording of `photo_reused` when the photo only resembles another one.
pub(super) const LOOK_ALIKE: Wording = wording(
    Code::PhotoReused,
    "This photo looks very much like one from another visit.",
    "Your supervisor will take a quick look; another photo at the door from a new angle gets you there faster.",
);

pub(super) const WORDINGS: &[Wording] = &[
    wording(Code::Ok, "All good.", ""),
    wording(Code::NotJudged, "There was nothing to check here.", ""),
    wording(
        Code::PhotoMissing,
        "We have not received a storefront photo yet.",
        "Please take one at the door; if you already did, it will upload once you are back online.",
    ),
    wording(
        Code::PhotoUnreadable,
        "The photo did not arrive whole, so we cannot open it.",
        "Please upload it again, or take another one at the door.",
    ),
    wording(
        Code::PhotoTypeUnsupported,
        "We cannot open this kind of file.",
        "Please take the photo with your phone's camera; JPEG, HEIC, AVIF, PNG and WebP all work.",
    ),
    wording(
        Code::GpsAbsent,
        "The photo carries no location. Chat apps, browsers and sharing often remove it.",
        "Please allow location for the camera and take the photo inside the app, not from a chat and not as a screenshot.",
    ),
    wording(
        Code::GpsRedacted,
        "Your phone emptied the photo's location when it handed it over.",
        "Please allow this app to read photo locations in the phone's settings, then take another one in the app.",
    ),
    wording(
        Code::GpsMalformed,
        "The photo's location is incomplete.",
        "Please wait until the phone has found its position and take another photo at the door.",
    ),
    wording(
        Code::GpsOutOfRange,
        "The photo's location is not a place on earth.",
        "Please switch location off and on again and take another photo at the door.",
    ),
    wording(Code::DeviceFixUsed, "The photo carries no location; the phone's position at that moment was used instead.", ""),
    wording(
        Code::GpsTooCoarse,
        "The position is rough: within {measured}, where {limit} is asked for.",
        "Please step outside, give the phone a few seconds and take another photo.",
    ),
    wording(
        Code::OutsideFence,
        "The photo was taken about {measured} from the customer; up to {limit} is fine.",
        "Please take another one at the door. If the customer has moved or the pin is off, tell your supervisor.",
    ),
    wording(Code::DatumAmbiguous, "The customer's pin can be read in two ways; by the nearer one you are at the door.", ""),
    wording(
        Code::CustomerUnlocated,
        "This customer has no location yet; yours has been proposed.",
        "Nothing to do: once your supervisor accepts it, this visit is checked again.",
    ),
    wording(
        Code::PhotoStale,
        "The photo was taken {measured} before the visit; up to {limit} is fine.",
        "Please take a new one during this visit.",
    ),
    wording(
        Code::PhotoFromFuture,
        "The photo's time is {measured} later than when we received it.",
        "Please set the phone's clock to automatic and take another photo.",
    ),
    wording(
        Code::CaptureTimeAbsent,
        "The photo does not say when it was taken.",
        "Your supervisor will take a look; a photo from the app's camera gets you there faster.",
    ),
    wording(
        Code::CaptureTimeUncertain,
        "The photo names no time zone, so its time can be read in several ways.",
        "Your supervisor will take a look; with automatic time and zone, another photo gets you there faster.",
    ),
    wording(
        Code::ClocksDisagree,
        "The times do not fit together: they are {measured} apart.",
        "Please set the phone's date and time to automatic; your supervisor will take a look.",
    ),
    wording(
        Code::SubmittedLate,
        "The visit was sent {measured} after it began; {limit} are allowed.",
        "Your supervisor will take a look; when you can, send a visit on its own day.",
    ),
    wording(
        Code::PhotoReused,
        "This photo already belongs to another visit.",
        "Please take a new one at the door for this visit. If you submitted twice, tell your supervisor.",
    ),
    wording(
        Code::PhotoEdited,
        "The photo was saved by a picture app and differs from the camera's original.",
        "Please upload the original, without filters or text; your supervisor will take a look.",
    ),
    wording(
        Code::PositionDisagrees,
        "The phone's position and the photo's are {measured} apart.",
        "Please wait until the phone has found its position and take another photo; your supervisor will take a look.",
    ),
    wording(
        Code::MockLocation,
        "The phone reports that mock locations are switched on.",
        "Please switch them off in the developer options and take another photo; your supervisor will take a look.",
    ),
    wording(
        Code::ImpossibleTravel,
        "From your last position to here comes to about {measured}.",
        "A clock or position may be off; your supervisor will take a look, and you can add a note about your route.",
    ),
    wording(
        Code::ChallengeMissing,
        "No capture code came with this visit.",
        "Please update the app and take another photo; your supervisor will take a look.",
    ),
    wording(Code::ChallengeUnknown, "We do not recognise this visit's capture code.", "Please sign in again and take another photo."),
    wording(
        Code::ChallengeExpired,
        "The capture code had expired {measured} before the visit.",
        "Please refresh the app while online and take another photo.",
    ),
    wording(
        Code::ChallengeReused,
        "This capture code already belongs to another visit.",
        "Please start this visit again in the app and take another photo.",
    ),
    wording(
        Code::PhotoOutsideChallenge,
        "The photo was taken {measured} outside the capture code's time.",
        "Please open this visit first, then take another photo with the app's camera.",
    ),
    wording(Code::KeyInfoEmpty, "What you learned is still missing.", "One sentence is enough: what the customer said, what comes next."),
    wording(Code::KeyInfoOnlyName, "The key information is only the customer's name.", "Please add what you learned this time."),
    wording(
        Code::KeyInfoTooShort,
        "The key information has {measured}; {limit} are asked for.",
        "Please add a little: what the customer said, what comes next.",
    ),
    wording(
        Code::RepeatedKeyInfo,
        "The key information is the same as on one of your earlier visits.",
        "A sentence about what is new gets you there faster; your supervisor will take a look.",
    ),
    wording(
        Code::DecisionRoleMissing,
        "The role of the person you met is still missing.",
        "Please choose one from the list; “Not identified yet” is fine.",
    ),
    wording(
        Code::DecisionRoleUnknown,
        "The role “{measured}” is not on your organisation's list.",
        "Please refresh the list and choose again.",
    ),
];
