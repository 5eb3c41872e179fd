//! Tandem.
#![recursion_limit = "512"]
