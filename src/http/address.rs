//! Where a request comes from: the other end of its connection, or what a proxy that is trusted says.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, connect_info::Connected},
    http::{Extensions, HeaderMap},
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

/// Addresses that begin alike: a single one, or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// Any address of it.
    pub address: IpAddr,
    /// How many bits its addresses have in common.
    pub bits: u8,
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = u32::from(own) ^ u32::from(other);
                differ.leading_zeros() >= u32::from(self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = u128::from(own) ^ u128::from(other);
                differ.leading_zeros() >= u32::from(self.bits)
            }
            _ => false,
        }
    }
}

/// The address of a request's client; none where the connection is not known, as in tests without a listener.
pub(crate) fn client(request: &Request, trusted: &[Network]) -> Option<IpAddr> {
    let peer = peer(request.extensions())?;
    Some(behind(peer, request.headers(), trusted))
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(Peer(address)) = extensions.get::<ConnectInfo<Peer>>()?;
    Some(address.ip().to_canonical())
}

/// Each proxy adds at the end of `X-Forwarded-For` where it was called from. So from the end, as long as who said it is
/// trusted: what comes before is the client's own word.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    let mut address = peer;
    let lines = headers.get_all("x-forwarded-for").into_iter().rev();
    let told = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.rsplit(','));
    for told in told {
        if !is_trusted(address) {
            break;
        }
        match told.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_contain_what_begins_like_them() {
        for (address, bits, other, contains) in [
            ("10.0.0.1", 32, "10.0.0.1", true),
            ("10.0.0.1", 32, "10.0.0.2", false),
            ("10.0.0.0", 8, "10.255.0.1", true),
            ("10.0.0.0", 8, "11.0.0.1", false),
            ("0.0.0.0", 0, "203.0.113.9", true),
            ("fd00::", 8, "fd12::1", true),
            ("fd00::", 8, "fe80::1", false),
            ("10.0.0.0", 8, "::ffff:10.1.2.3", true),
            ("::", 0, "10.0.0.1", false),
        ] {
            let address = ip(address);
            let network = Network { address, bits };
            assert_eq!(network.contains(ip(other)), contains, "{network:?} {other}");
        }
    }

    #[test]
    fn only_who_is_trusted_is_believed() {
        let trusted = [Network {
            address: ip("10.0.0.0"),
            bits: 8,
        }];
        for (peer, told, client) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (
                "10.0.0.1",
                &["1.1.1.1", "198.51.100.1, 10.0.0.7"],
                "198.51.100.1",
            ),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in told {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            assert_eq!(
                behind(ip(peer), &headers, &trusted),
                ip(client),
                "{peer} {told:?}"
            );
        }
    }
}
