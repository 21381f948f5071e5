//! Laws of the engine, tried on random lives of subjects under the default playbook.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "tables are long, and a test that cannot go on shall stop"
)]

mod laws;
mod life;
mod past;
