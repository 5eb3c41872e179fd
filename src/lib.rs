//! Tandem.
#![recursion_limit = "512"]

pub mod domain;
pub mod error;
pub mod graphql;
pub mod store;
