//! The language of conditions: what it means, what it refuses and where, what it never does; and that it is CEL.

#![expect(clippy::unwrap_used, clippy::too_many_lines, reason = "tables are long, and a test that cannot go on shall stop")]

mod bounds;
mod meaning;
mod reference;
mod refusals;
mod stage_set;
