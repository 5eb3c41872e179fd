//! Tandem.
#![recursion_limit = "512"]

pub mod app;
pub mod bulk;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod error;
pub mod graphql;
pub mod http;
pub mod mail;
pub mod pages;
pub mod realtime;
pub mod service;
pub mod store;
pub mod telemetry;
