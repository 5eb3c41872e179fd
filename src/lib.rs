//! Tandem: the backend of a shared inbox whose conversations are tied to tickets. What happens to the one happens to the
//! other, by the rules of the cascade, in one transaction, and every subscriber sees it as one frame.
//!
//! # The map
//!
//! Each room uses only rooms further down; `tests/it/layering.rs` has the exact list and enforces it.
//!
//! | room | what is in it |
//! |---|---|
//! | [`cli`] | the command line: what `tandem dev`, `serve`, `import` … do |
//! | [`app`] | [`App`](app::App): a server, put together from the rooms below |
//! | [`graphql`] | the schema: thin resolvers that take arguments apart, call one function and wrap what it returns |
//! | [`bulk`] | much at once: imports, large accounts, the demo data |
//! | [`realtime`] | from the log to every subscriber: tail, hub, replay then live, shared execution |
//! | [`service`] | one function a command: authorize → lock → plan → apply |
//! | [`store`] | all SQL, migrations, and the private Postgres of `tandem dev` |
//! | [`config`], [`error`], [`telemetry`] | at the side: settings, the one error, the server's own log |
//! | [`http`] | the transports: HTTP, graphql-transport-ws, server-sent events; they know nothing of what they carry |
//! | [`identity`] | signed tokens of an identity provider, and its keys |
//! | [`pages`] | the browser pages, embedded in the binary |
//! | [`mail`] | reading real mail; knows no database |
//! | [`demo`] | the demo's story and words, as data |
//! | [`domain`] | the pure heart: ids, nouns, access, and [the planner](domain::cascade) that all rules are in |
//!
//! A command's way in three hops: [`graphql::mutation`] → [`service::tickets`] → [`store::apply`], with
//! [`domain::cascade`] beside it. The README walks it, and that of a subscription, file by file, and lists what adding
//! a mutation takes. The rules that comments call by number are in `docs/rules.md`.

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
pub mod identity;
pub mod mail;
pub mod pages;
pub mod realtime;
pub mod service;
pub mod store;
pub mod telemetry;
