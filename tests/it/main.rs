//! All integration tests, in one binary: each further one would link the whole library again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs
)]

mod access;
mod bad_input;
mod bulk;
mod chaos;
mod concurrency;
mod contract;
mod counts;
mod crash;
mod embedded;
mod fuzz_seeds;
mod http;
mod layering;
mod limited;
mod lists;
mod mail;
mod migrations;
mod model;
mod ops;
mod presence;
mod queries;
mod readme;
mod realtime;
mod rules;
mod saved_views;
mod search;
mod settings;
mod statements;
mod stream;
mod support;
mod tables;
mod walls;
