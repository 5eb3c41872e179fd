//! Live lists and numbers as clients see them.

mod counts;
mod measure;
mod protocol;
mod random;
mod sharing;
pub mod watcher;
