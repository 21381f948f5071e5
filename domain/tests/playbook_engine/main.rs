//! The engine under the default playbook: stages, timers, and the bugs of other escalation engines, each designed out.

mod bugs;
mod deals;
mod desk;
mod leads;
mod others;
