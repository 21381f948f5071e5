//! How long leads and deals take: kept on the way, told with what is still open, and the same when it is worked out anew.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod figures;
mod ground;
mod rebuilding;
mod scope;
