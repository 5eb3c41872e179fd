//! The real binary: what it says, how it ends, and that nothing acknowledged is lost when it is killed.

mod commands;
mod dev;
mod hundred;
mod kill;
pub mod process;
