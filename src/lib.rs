//! Tandem.
#![recursion_limit = "512"]

pub mod demo;
pub mod domain;
pub mod error;
pub mod http;
pub mod mail;
pub mod pages;
pub mod realtime;
pub mod service;
pub mod store;
