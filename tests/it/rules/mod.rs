//! The rules of RULES.md through GraphQL, each a test by its number, each written to be read beside its rule.
//!
//! The `desk` gives every test an account of its own and short names: `c1`, `c2` for the conversations and `t1`, `t2`
//! for the tickets in the order in which they came. Effects are read as lines:
//! `c1 OPEN -> CLOSED · TICKET_CLOSED_CLOSES_CONVERSATIONS · by 0`.

mod desk;
mod details;
mod links;
mod messages;
mod owner;
mod particulars;
mod properties;
mod purge;
mod status;
mod trash;
mod undo;
mod workspace;
