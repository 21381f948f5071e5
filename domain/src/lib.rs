//! The rule room: values that cannot be wrong and the decisions over them.
//!
//! Facts *and the time* go in, decisions come out. Nothing here reads, writes, waits, asks the clock, rolls dice or logs.

pub mod place;
