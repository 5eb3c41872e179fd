//! What a server tells of itself: its log, its metrics and its traces.

pub mod catalogue;
mod log;
mod metrics;
mod process;
mod traces;

pub use log::{Telemetry, start};
pub use metrics::Metrics;
pub use traces::Traces;
