//! Every fault of a playbook is named with its line, and no text can do harm.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod hostile;
mod named;
mod small;
