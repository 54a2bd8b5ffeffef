//! Any bytes are an article or a problem, and its HTML is harmless.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wenzhen_fuzz::article(bytes));
