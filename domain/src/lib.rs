//! The rule room: values that cannot be wrong and the decisions made from them.
//!
//! Facts and the time go in, decisions come out. No I/O, SQL, HTTP, wall clock, randomness or logging enters here.

pub mod customers;
pub mod evidence;
pub mod place;
pub mod texts;
pub mod visits;
