//! The language of conditions: what it means, what it refuses and where, what it never does; and that it is CEL.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod bounds;
mod meaning;
mod reference;
mod refusals;
mod stage_set;
