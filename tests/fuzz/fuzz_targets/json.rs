//! The body of a visit.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::json(bytes));
