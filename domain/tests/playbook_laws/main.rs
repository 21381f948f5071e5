//! Laws of the engine, tried on random lives of subjects under the default playbook.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test stands on either stands or fails the test")]

mod laws;
mod life;
mod past;
