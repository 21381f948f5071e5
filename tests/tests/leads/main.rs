//! Leads from their entry to what becomes of them, over HTTP, with days moved by hand.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod boards;
mod breaker;
mod chat;
mod duplicates;
mod figures;
mod ground;
mod imports;
mod life;
mod races;
mod scope;
mod simulations;
