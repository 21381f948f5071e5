//! Laws of the engine, tried on random lives of subjects under the default playbook.

mod laws;
mod life;
mod past;
