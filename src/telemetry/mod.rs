//! What a server tells of itself: its log, and its metrics.

pub mod catalogue;
mod log;
mod metrics;
mod process;

pub use log::start;
pub use metrics::Metrics;
