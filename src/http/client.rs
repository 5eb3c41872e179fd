//! Who sent a request: the network address, and what the program calls itself.

use std::{net::IpAddr, sync::Arc};

use axum::{extract::Request, http::header};

use super::address::{self, Network};

/// The client of one request; in the data of each that came by `POST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its network address, as far as it can be known.
    pub address: Option<IpAddr>,
    /// The `User-Agent`, as it was sent.
    pub user_agent: Option<Arc<str>>,
}

impl Client {
    pub(crate) fn of(request: &Request, trusted: &[Network]) -> Self {
        let agent = request.headers().get(header::USER_AGENT);
        Self {
            address: address::client(request, trusted),
            user_agent: agent.and_then(|value| value.to_str().ok()).map(Arc::from),
        }
    }
}
