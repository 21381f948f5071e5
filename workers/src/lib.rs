//! The engine room: one loop per duty, each in a file that opens by saying what it is.
//!
//! SQL, thresholds and HTTP routes other than health may not enter: the archive and the rule room have those.

pub mod analyst;
pub mod channels;
pub mod chores;
pub mod command;
pub mod courier;
pub mod darkroom;
pub mod doorman;
mod engine;
mod health;
pub mod rejudge;
pub mod replan;
mod simulate;
pub mod sweeper;
pub mod timekeeper;

pub use engine::{EngineRoom, Figures, listen, run, run_on};
