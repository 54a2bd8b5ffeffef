//! Any bytes are a list of an editor, or faults with their lines.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wenzhen_fuzz::lists(bytes));
