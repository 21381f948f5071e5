//! `fieldproof-dev`.
fn main() {}
