//! What is held to be true of everything that parses what comes from outside, for any bytes at all.
//!
//! Each module has one `check`: it panics where the bytes show that something does not hold. The fuzzers in
//! `fuzz_targets/` call it with what libFuzzer thinks of; `tests/it/fuzz_seeds.rs` calls it, on any compiler, with the
//! files in `seeds/`, which also hold what fuzzers have found.

pub mod cursors;
pub mod filters;
pub mod ids;
pub mod mail;
pub mod requests;
pub mod search;
pub mod socket;
