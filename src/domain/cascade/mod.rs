//! The cascade: what happens to a ticket when something happens to its conversation, and back.
//!
//! A [`Command`] and the locked [`Linked`] state go into [`plan()`]; out comes a [`Plan`] of effects, each with
//! the rule and the effect that caused it. Preview, execution, audit and subscriptions all show that plan,
//! and [`replay::apply`] is the one meaning that an effect has.

mod command;
mod effect;
mod plan;
pub mod replay;
mod rule;
mod touches;

pub use command::{Command, Incoming, Linked, NewTicket, PropertyEdit, PropertyKey, Settings};
pub use effect::{Change, Effect, HeldValue, Shown, Subject};
pub use plan::{Plan, plan};
pub use rule::Rule;
pub use touches::Touches;
