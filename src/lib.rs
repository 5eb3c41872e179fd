//! Tandem.
#![recursion_limit = "512"]

pub mod store;
