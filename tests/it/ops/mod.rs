//! What an operator does with a server: settings, metrics, limits, outages.

mod chaos;
mod deployment;
mod limits;
mod log_months;
mod metrics;
mod outage;
mod settings;
mod told;
