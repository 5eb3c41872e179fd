//! Who sent a request: the address of the network, and what the program calls itself.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, connect_info::Connected},
    http::{HeaderMap, HeaderName, header},
    serve::IncomingStream,
};

use super::timed::Timed;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Timed>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Timed>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// The client of one request; in the data of each that came by `POST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its network address, as far as it can be known.
    pub address: Option<IpAddr>,
    /// The `User-Agent`, as it was sent.
    pub user_agent: Option<Arc<str>>,
}

impl Client {
    pub(crate) fn of(request: &Request) -> Self {
        let peer = request.extensions().get::<ConnectInfo<Peer>>();
        let peer = peer.map(|ConnectInfo(Peer(address))| address.ip().to_canonical());
        let agent = request.headers().get(header::USER_AGENT);
        Self {
            address: peer.map(|peer| seen_by_proxy(peer, request.headers()).unwrap_or(peer)),
            user_agent: agent.and_then(|value| value.to_str().ok()).map(Arc::from),
        }
    }
}

/// The address that a proxy saw. Only a peer of the same machine or a private network is believed, and only the last
/// entry of `X-Forwarded-For`, which that peer added itself: what comes before it, anybody could have written.
fn seen_by_proxy(peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let near = match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    if !near {
        return None;
    }
    let name = HeaderName::from_static("x-forwarded-for");
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    last.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_proxy_is_believed_and_only_what_it_added() {
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &["198.51.100.1"][..], None),
            ("127.0.0.1", &["198.51.100.1"], Some("198.51.100.1")),
            ("10.0.0.2", &["6.6.6.6, 198.51.100.1"], Some("198.51.100.1")),
            ("fd00::1", &["6.6.6.6", "2001:db8::1"], Some("2001:db8::1")),
            ("127.0.0.1", &["::ffff:198.51.100.1"], Some("198.51.100.1")),
            ("127.0.0.1", &["unknown"], None),
            ("127.0.0.1", &[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let expected = expected.map(|address| address.parse::<IpAddr>().unwrap());
            let found = seen_by_proxy(peer.parse().unwrap(), &headers);
            assert_eq!(found, expected, "{peer} {forwarded:?}");
        }
    }
}
