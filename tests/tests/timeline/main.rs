//! The story of a customer and of a deal, who may read it, and who is written down for having looked.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod ground;
mod looks;
mod pages;
mod scope;
mod story;
mod trail;
