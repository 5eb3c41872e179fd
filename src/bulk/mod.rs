//! Many rows at once: the demo, a large account to measure with, and real mail.
//!
//! Each of them makes a [`history`] in memory first: the commands of its story go through the same planner as those
//! of clients, and what comes out, the last state of each thing and the log's entries in their order, is written
//! with few large statements. So the log explains these accounts like any other, and `tandem verify` proves it.
//!
//! - [`seed`]: the two companies of the demo.
//! - [`load`]: one large account.
//! - [`import`]: mail into an inbox that exists.

pub mod history;
pub mod ids;
pub mod import;
pub mod load;
pub mod profile;
pub mod seed;
