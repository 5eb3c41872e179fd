//! What an operator does with a server: settings, metrics, limits.

mod limits;
mod metrics;
mod settings;
