//! Bringing what the house has to say to people, and what happened to systems: when, how often, what together. Decisions only; time and
//! chance are handed in, and the courier carries out what is decided.
//!
//! ```text
//! Waiting ──► plan(…) ──► stop | put off | give up | Load (one message for one or many)
//! Ended   ──► next(…) ──► delivered | again at … | given up, and perhaps nothing more on this way
//! ```

mod channel;
mod endpoint;
pub mod events;
mod ladder;
mod note;
mod pace;
mod plan;
mod recorded;
pub mod texts;

pub use channel::Channel;
pub use endpoint::{ROTATION_OVERLAP_MAX, is_dead};
pub use ladder::{Ended, Next, next};
pub use note::{Note, Read};
pub use pace::Pace;
pub use plan::{DIGEST_FROM, DIGEST_MAX, Lane, Load, Plan, Quiet, UNDERWAY_MAX, Waiting, plan};
