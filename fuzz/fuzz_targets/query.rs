//! Any text is asked, and the answer keeps what it promises.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wenzhen_fuzz::query(bytes));
