//! Hand-overs from the asking to the answer, over HTTP, with days moved by hand.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod figures;
mod ground;
mod life;
mod scope;
mod weeks;
