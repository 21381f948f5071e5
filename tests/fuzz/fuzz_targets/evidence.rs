//! A photo at the door: container, EXIF, evidence, verdict.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::evidence(bytes));
