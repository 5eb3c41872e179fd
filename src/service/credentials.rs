//! Coming in: passwords, sessions, invitations and tokens.
//!
//! A password belongs to one user of one account. Who works in several accounts with the same address has a password in
//! each, and says at signing in which account is meant: were they one, the administrator of one account could, by an
//! invitation, come into another.
//!
//! A session is a bearer token, never a cookie: a browser sends nothing by itself, so a foreign page can do nothing in
//! anybody's name.

mod hashing;
mod invitations;
mod provided;
mod sessions;
mod sign_in;
mod tokens;

pub use invitations::{
    AcceptInvitation, Invitation, invite_by_email, set_demo_password, set_password_by_email,
};
pub use sessions::ChangePassword;
pub use sign_in::{Session, SignIn};
pub use tokens::{CreateToken, Holder, MadeToken};

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Service, now};
use crate::domain::access::{Action, Viewer};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::throttle::{Pace, Throttle};
use crate::error::{Error, Result};
use crate::store::{Tx, viewers};

use hashing::hash_once;
pub(super) use tokens::{end_of, integration_named};

/// Guesses from one network address: a person who forgot is not ten times wrong, an office behind one address may be.
const BY_ADDRESS: Pace = Pace {
    free: 10,
    longest: 60,
    forget: 900,
};
/// Guesses at one e-mail address, from wherever. The wait is short, because outsiders can cause it; and it is not for
/// those who have signed in from the same place before.
const BY_EMAIL: Pace = Pace {
    free: 5,
    longest: 15,
    forget: 900,
};
/// The most addresses that failures are remembered of, some megabytes.
const REMEMBERED: usize = 50_000;

/// What signing in needs beside the database. Each server counts for itself.
pub(super) struct Credentials {
    hashing: hashing::Hashing,
    by_address: Mutex<Throttle<IpAddr>>,
    by_email: Mutex<Throttle<String>>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            hashing: hashing::Hashing::default(),
            by_address: Mutex::new(Throttle::new(BY_ADDRESS, REMEMBERED)),
            by_email: Mutex::new(Throttle::new(BY_EMAIL, REMEMBERED)),
        }
    }
}

fn lock<T>(throttle: &Mutex<T>) -> MutexGuard<'_, T> {
    throttle.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one customer of an internet provider has: an IPv4 address, or 64 bits of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let prefix = u128::from(v6) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(prefix))
            }
        },
    }
}

fn slow_down(seconds: i64) -> Error {
    metrics::counter!("tandem_sign_ins_total", "outcome" => "slowed").increment(1);
    let message = format!("Too many attempts failed; try again in {seconds} seconds.");
    Error::request("TOO_MANY_ATTEMPTS", message)
}

impl Credentials {
    fn begin_from(&self, address: Option<IpAddr>) -> Result<()> {
        let Some(address) = address.map(network) else {
            return Ok(());
        };
        lock(&self.by_address)
            .begin(address, now())
            .map_err(slow_down)
    }

    fn begin_for(&self, email: &str) -> Result<()> {
        lock(&self.by_email)
            .begin(email.to_lowercase(), now())
            .map_err(slow_down)
    }

    fn succeeded(&self, address: Option<IpAddr>, email: &str) {
        if let Some(address) = address.map(network) {
            lock(&self.by_address).succeeded(&address);
        }
        lock(&self.by_email).succeeded(&email.to_lowercase());
    }
}

/// The viewer as they are now, if they may.
async fn permitted(tx: &Tx, viewer: Viewer, action: Action) -> Result<Viewer> {
    let present = viewers::present_viewer(tx, viewer).await?;
    present.filter(|viewer| viewer.may(action)).ok_or_else(|| {
        let message = match action {
            Action::Grant => "Only administrators may let others in, in person and not by a token of limited scope.",
            _ => "This token may not do that: it takes a user who has signed in.",
        };
        Refusal::new(ErrorCode::Forbidden, message).into()
    })
}

/// A refusal as the inner error, a fault as the outer one.
fn refused<T>(result: Result<T>) -> Result<Result<T, Refusal>> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Error::Refused(refusal)) => Ok(Err(*refusal)),
        Err(error) => Err(error),
    }
}

impl Service {
    fn credentials(&self) -> &Arc<Credentials> {
        &self.credentials
    }
}
