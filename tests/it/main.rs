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
mod concurrency;
mod contract;
mod crash;
mod embedded;
mod http;
mod layering;
mod mail;
mod migrations;
mod model;
mod readme;
mod realtime;
mod rules;
mod settings;
mod statements;
mod stream;
mod support;
mod tables;
mod walls;
