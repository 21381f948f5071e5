//! Every finding a check can have, and how much weight it may be given.

use serde::{Deserialize, Serialize};

use super::policy::Consequence;

/// What a finding says about the visit, and therefore which consequences an organisation may give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Nothing is wrong; the code only says why the check passed or was not made.
    Note,
    /// One of the three things that make a visit is not proven: fails, may be softened to review, is never ignored.
    Unproven,
    /// The proof has a gap that a person must look at: always review.
    Gap,
    /// A reason to look twice: review or ignored. Uncertainty alone never fails a visit.
    Doubt,
    /// A rule of the organisation's own choosing: any consequence.
    Rule { default: Consequence },
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $nature:expr;)*) => {
        /// The closed list of findings. Clients key their own texts and retake screens on these names, so they only ever grow.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// All codes in the order in which the checks run.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used on the wire and in policies.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What kind of finding this is.
            pub const fn nature(self) -> Nature {
                match self { $(Self::$name => $nature,)* }
            }
        }
    };
}

codes! {
    /// The check passed.
    Ok = "ok", Nature::Note;
    /// The check needs something that is not there, or another finding already answers it.
    NotJudged = "not_judged", Nature::Note;
    /// No photo is attached, or its bytes never arrived.
    PhotoMissing = "photo_missing", Nature::Unproven;
    /// The bytes are of a supported type but cannot be read.
    PhotoUnreadable = "photo_unreadable", Nature::Unproven;
    /// The bytes are not a JPEG, HEIC, AVIF, PNG or WebP.
    PhotoTypeUnsupported = "photo_type_unsupported", Nature::Unproven;
    /// The photo has no GPS fields.
    GpsAbsent = "gps_absent", Nature::Unproven;
    /// The GPS fields are there, emptied.
    GpsRedacted = "gps_redacted", Nature::Unproven;
    /// The GPS fields make no position.
    GpsMalformed = "gps_malformed", Nature::Unproven;
    /// The GPS fields name a place that does not exist.
    GpsOutOfRange = "gps_out_of_range", Nature::Unproven;
    /// The phone's own fix, bound by a challenge, stands in for the photo's GPS.
    DeviceFixUsed = "device_fix_used", Nature::Note;
    /// The stated accuracy is worse than the cap.
    GpsTooCoarse = "gps_too_coarse", Nature::Doubt;
    /// Farther from the pin than the fence and the forgiven inaccuracy.
    OutsideFence = "outside_fence", Nature::Unproven;
    /// Inside the fence in one of the two readings of an ambiguous pin.
    DatumAmbiguous = "datum_ambiguous", Nature::Note;
    /// The customer has no pin; this position is proposed as one.
    CustomerUnlocated = "customer_unlocated", Nature::Gap;
    /// Taken too long before the visit.
    PhotoStale = "photo_stale", Nature::Unproven;
    /// Taken after its bytes were received.
    PhotoFromFuture = "photo_from_future", Nature::Unproven;
    /// The photo does not say when it was taken.
    CaptureTimeAbsent = "capture_time_absent", Nature::Gap;
    /// The photo's time can be read in more than one way, and not all readings are within the limits.
    CaptureTimeUncertain = "capture_time_uncertain", Nature::Gap;
    /// Camera, satellites, client and server cannot be reconciled.
    ClocksDisagree = "clocks_disagree", Nature::Doubt;
    /// Sent long after the visit.
    SubmittedLate = "submitted_late", Nature::Doubt;
    /// The same photo, or one very much like it, belongs to another visit.
    PhotoReused = "photo_reused", Nature::Unproven;
    /// Saved by a known image editor, or the thumbnail shows another shape.
    PhotoEdited = "photo_edited", Nature::Doubt;
    /// The phone's own fix is far from the photo's position.
    PositionDisagrees = "position_disagrees", Nature::Doubt;
    /// The client reports a mock provider.
    MockLocation = "mock_location", Nature::Doubt;
    /// Faster than travel since the rep's previous position.
    ImpossibleTravel = "impossible_travel", Nature::Doubt;
    /// The policy asks for a challenge and none was sent.
    ChallengeMissing = "challenge_missing", Nature::Rule { default: Consequence::Review };
    /// The challenge was not issued to this rep.
    ChallengeUnknown = "challenge_unknown", Nature::Rule { default: Consequence::Review };
    /// The visit began after the challenge's time.
    ChallengeExpired = "challenge_expired", Nature::Rule { default: Consequence::Review };
    /// Another visit used the challenge before.
    ChallengeReused = "challenge_reused", Nature::Rule { default: Consequence::Fail };
    /// The photo was taken outside the challenge's time.
    PhotoOutsideChallenge = "photo_outside_challenge", Nature::Rule { default: Consequence::Review };
    /// Nothing was written that could be read.
    KeyInfoEmpty = "key_info_empty", Nature::Unproven;
    /// Only the customer's name was written.
    KeyInfoOnlyName = "key_info_only_name", Nature::Unproven;
    /// Fewer characters than the policy asks for.
    KeyInfoTooShort = "key_info_too_short", Nature::Unproven;
    /// The text equals one of the rep's earlier visits.
    RepeatedKeyInfo = "repeated_key_info", Nature::Doubt;
    /// No decision role was chosen.
    DecisionRoleMissing = "decision_role_missing", Nature::Unproven;
    /// The decision role is not on the organisation's list.
    DecisionRoleUnknown = "decision_role_unknown", Nature::Unproven;
}

impl Code {
    /// What the finding does where the organisation wants nothing else; `None` for notes, which do nothing.
    pub const fn default_consequence(self) -> Option<Consequence> {
        match self.nature() {
            Nature::Note => None,
            Nature::Unproven => Some(Consequence::Fail),
            Nature::Gap | Nature::Doubt => Some(Consequence::Review),
            Nature::Rule { default } => Some(default),
        }
    }

    /// Whether an organisation may give the finding this consequence.
    pub const fn permits(self, consequence: Consequence) -> bool {
        match (self.nature(), consequence) {
            (Nature::Note, _) | (Nature::Unproven, Consequence::Ignore) | (Nature::Doubt, Consequence::Fail) => false,
            (Nature::Gap, consequence) => matches!(consequence, Consequence::Review),
            (Nature::Unproven | Nature::Doubt | Nature::Rule { .. }, _) => true,
        }
    }
}
