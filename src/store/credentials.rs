//! Passwords, sessions, tokens and invitations: finding and writing them. Who may is decided above.

mod invitations;
mod passwords;
mod tokens;

pub use invitations::{Invited, insert_invitation, invited, use_invitation};
pub use passwords::{
    Candidate, candidates, password_of, set_password, set_password_if_none, user_named,
};
pub use tokens::{
    Listed, NewToken, delete_ended, insert_token, insert_token_of_active, revoke_session,
    revoke_sessions, revoke_token, sessions, tokens,
};
