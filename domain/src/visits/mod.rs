//! Visits: the facts of one, the policy it is judged by, and the verdict with every check behind it.
//!
//! ```text
//! VisitFacts + VisitPolicy + now ──► judge ──► Verdict { status, evidence, photos, checks }
//! ```

mod checks;
mod code;
pub mod facts;
mod judge;
pub mod key_info;
pub mod policy;
mod sighting;
pub mod texts;
pub mod verdict;

pub use code::{Code, Nature};
pub use facts::{
    ChallengeFacts, CustomerFacts, DeviceClaim, DeviceFix, Likeness, PhotoFacts, PhotoTwin, PreviousPosition, SubmittedVisit, VisitFacts,
};
pub use judge::judge;
pub use policy::{ChallengeRule, Consequence, EvidenceRule, PolicyFault, PolicyFaultCode, VisitPolicy};
pub use verdict::{CarryingEvidence, Check, CheckName, EvidenceKind, Measure, Outcome, PhotoFinding, Verdict, VerdictStatus};

/// Grows whenever the same facts under the same policy would be judged differently.
pub const ENGINE_VERSION: u32 = 3;

/// The name of a set of rules, as verdicts quote it: the engine's version and the organisation's policy version, `"1.7"`.
pub fn rules_version(engine: u32, policy_version: i32) -> String {
    format!("{engine}.{policy_version}")
}
