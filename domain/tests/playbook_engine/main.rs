//! The engine under the default playbook: stages, timers, and the bugs of other escalation engines, each designed out.

#![expect(clippy::unwrap_used, reason = "tables are long, and a test that cannot go on shall stop")]

mod bugs;
mod deals;
mod desk;
mod leads;
mod others;
