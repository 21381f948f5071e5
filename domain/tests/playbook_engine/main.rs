//! The engine under the default playbook: stages, timers, and the bugs of other escalation engines, each designed out.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

mod bugs;
mod deals;
mod desk;
mod leads;
mod others;
mod replanning;
