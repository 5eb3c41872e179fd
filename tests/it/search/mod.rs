//! Search: what it finds, in what order, and that its index is right whatever happens.

mod finding;
mod index;
mod nonsense;
mod paging;
mod ranking;
mod statements;
mod support;
mod tickets;
mod walls;
