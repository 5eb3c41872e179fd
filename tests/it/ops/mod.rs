//! What an operator does with a server: settings, metrics, limits, outages.

mod metrics;
mod settings;
