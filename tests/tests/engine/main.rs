//! What must not stall does not stall unseen: actions, stages and timers, moved by hand through days.

mod breaker;
mod faults;
mod ground;
mod people;
mod pools;
mod rules;
mod visits;
