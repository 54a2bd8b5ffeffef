//! Any header is read or refused, and never shows customers what is for staff.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wenzhen_fuzz::front_matter(bytes));
