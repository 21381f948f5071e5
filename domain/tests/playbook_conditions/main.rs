//! The language of conditions: what it means, what it refuses and where, what it never does; and that it is CEL.

mod bounds;
mod meaning;
mod reference;
mod refusals;
mod stage_set;
