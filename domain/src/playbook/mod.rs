//! Playbooks: an organisation's rules as data, and the engine that goes by them. The engine knows no stage by name.
//!
//! ```text
//! text ──► read / check ──► Playbook          (every fault with its line; conditions compiled)
//!
//! Playbook + Facts + Action + now ──► apply ──► Vec<Effect>
//! Playbook + Facts + Timer  + now ──► fire  ──► Vec<Effect>
//! Playbook + Facts          + now ──► explain    which condition is met, and by which action
//! Playbook + past actions         ──► simulate   what would have fired, when, for whom
//! ```
//!
//! # How the store uses it
//!
//! In the transaction that records an action, once for every subject that the action is about:
//!
//! 1. append the action; 2. load the subject's [`Facts`] *with* the action in them (its fields written, its count raised, as
//!    [`Facts::absorb`] does in memory) and with stage and timers as they were before; 3. [`apply`]; 4. carry the effects out in order.
//!
//! The timekeeper claims a due timer, loads the subject's facts in the same transaction, calls [`fire`] and carries the effects out. What
//! [`Effect::Record`] names goes through step 1 like any other action, in the same transaction.
//!
//! # What holds
//!
//! - Every effect has an id made from what caused it ([`effect::entry_id`], [`effect::timer_id`]): rows are inserted with these ids, and
//!   doing so again does nothing.
//! - A stage timer counts from *entering the stage*. Only deeds close it ([`action::Nature`]): those the stage awaits, those the timer
//!   names. Edits, messages and notes never do. If the stage goes on after the deed, the watch begins anew with it.
//! - A timer of a stay that has ended cannot fire. [`fire`] goes by the facts, not by what was queued: closed is closed, and a step that
//!   was done is not done again.
//! - Nothing fires early. What fires more than [`LATE_AFTER_MINUTES`] late says so, and does not bunch up with what follows.
//! - A deed that happened in time closes its timer as `in_time` even when it was recorded after the timer fired.
//! - At most one timer of a code is open for a subject.
//! - A condition that cannot be decided is not met.
//! - A recipient whose place is empty is replaced ([`subject::Recipient::instead`]): nothing is said to nobody.
//!
//! # Where the parts are
//!
//! [`model`] is the playbook, [`action`] the closed list of actions, [`facts`] what is known of a subject, [`condition`] the language of
//! conditions, [`effect`] what follows, [`clock`] time that counts, [`simulation`] the past run again.

mod absorb;
pub mod action;
mod action_names;
pub mod clock;
pub mod code;
mod concern;
pub mod condition;
pub mod effect;
mod engine;
pub mod facts;
pub mod model;
mod once;
mod reading;
pub mod simulation;
pub mod span;
pub mod subject;
pub mod telling;
pub mod wording;

pub use action::{Action, ActionKind, Nature};
pub use clock::{ClockKind, Clocks, TimeThatCounts, WallTime};
pub use code::Code;
pub use condition::{Condition, Limit, Missing, Value};
pub use effect::{ClosedBecause, Effect, Evidence, Proven};
pub use engine::{
    ClauseExplained, ClauseState, Explanation, LATE_AFTER_MINUTES, MoveExplained, PlacementRefused, SnoozeTooLong, acknowledged_until,
    apply, explain, explain_entry, fire, may_place, newly_watched, reconsider, replan, snoozed_until, watch,
};
pub use facts::{FactName, Facts, FieldValue, Place, SubjectFacts, Tally, Timer, Written};
pub use model::Playbook;
pub use reading::{Fault, FaultCode, Mark, TEXT_BYTES_MAX, check, read};
pub use span::Span;
pub use subject::{Recipient, SubjectKind};
pub use telling::{About, Told, length, tell};

/// The playbook of a new organisation, as it is written.
pub const DEFAULT: &str = include_str!("default.yaml");
