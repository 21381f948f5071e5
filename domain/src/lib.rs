//! The rule room: values that cannot be wrong, and the rules that decide. Facts *and the time* go in, decisions come out.
//!
//! Nothing here does I/O, waits, reads the wall clock, rolls dice or logs; SQL and HTTP types may not enter.

pub mod attachments;
pub mod calendars;
pub mod customers;
pub mod deals;
pub mod delivery;
pub mod documents;
pub mod evidence;
pub mod handovers;
pub mod leads;
pub mod masking;
pub mod metrics;
pub mod people;
pub mod place;
pub mod playbook;
mod reasons;
pub mod texts;
pub mod timeline;
pub mod visits;
