//! The pure heart: nouns, access and the rules of the cascade.
//!
//! Nothing here knows a database, a runtime, a clock or randomness: what time it is and which ids
//! are new is passed in. So every rule can be tested as a function.

pub mod access;
pub mod cascade;
pub mod contact;
pub mod event;
pub mod filter;
pub mod id;
pub mod image;
pub mod live;
pub mod noun;
pub mod password;
pub mod presence;
pub mod property;
pub mod refusal;
pub mod saved_view;
pub mod search;
pub mod secret;
pub mod text;
pub mod throttle;
