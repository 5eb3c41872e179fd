//! The live part against a real Postgres: several servers, writers that overtake each other, lost connections.

mod access;
mod hub;
mod nats;
mod presence;
mod replay;
mod share;
mod tail;
pub mod world;
