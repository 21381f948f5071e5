//! What people write down, and what a request says of whoever asks.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::words(bytes));
