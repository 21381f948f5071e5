//! Cursors, places and the other parameters of lists.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::cursor(bytes));
