//! Data to look at: a small story told by hand, and words and proportions to make as much as wanted.
//!
//! Everything here is pure: no clock, no database, no randomness. Whoever writes it into a database
//! brings the present time along.
//!
//! - [`story`]: two invented companies with their people, inboxes, conversations and tickets, for the
//!   first start of `tandem dev`.
//! - [`vocabulary`]: any number of plausible subjects, messages and contacts, for `tandem load`.
//! - [`skew`]: how many of what belong to whom in a real account, also for `tandem load`.
//! - [`choices`]: the hash that both draw their choices from.

pub mod choices;
pub mod skew;
pub mod story;
pub mod vocabulary;

#[cfg(test)]
mod story_holds;
