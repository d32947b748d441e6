//! Hands what libFuzzer makes to the target of this name. Knows nothing of it.
#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, reason = "each program has one target")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::pack(bytes));
