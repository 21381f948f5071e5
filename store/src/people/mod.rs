//! Organisations, units, users, sessions and keys.

pub mod keys;
