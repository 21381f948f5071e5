//! A file of customers, cut as networks cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::csv(bytes));
