//! A photo in the darkroom: decoder, fingerprint, thumbnail.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::picture(bytes));
