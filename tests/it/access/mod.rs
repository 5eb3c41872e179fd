//! Coming in and being let in: passwords, sessions, invitations, tokens with scopes, and the table of decisions.

mod bad_input;
mod command_line;
mod decisions;
mod invitations;
mod provider;
mod secrets;
mod sessions;
mod sign_in;
mod support;
mod tokens;
