//! Documents, the links by which they are sent, who opens them, and how customers are: over HTTP, with days moved by hand.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod ground;
mod health;
mod links;
mod openings;
mod rules;
mod scope;
