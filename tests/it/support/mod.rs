//! What integration tests stand on: a real Postgres, a database for each test, a real server, a client.

mod account;
mod app;
pub mod chaos_proxy;
mod cluster;
mod database;
pub mod desk;
mod nats;
mod program;
pub mod sql;
mod wait;

pub use account::{TestAccount, TestUser};
pub use app::{Client, NEWER, TestApp, office};
pub use cluster::{database_url, url_of};
pub use database::{TestDatabase, connect, database, hash_migrations};
pub use nats::Nats;
pub use program::program;
pub use wait::{DEADLINE, until, within};
