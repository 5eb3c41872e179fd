//! Values of settings that have a form of their own.

use std::net::{IpAddr, SocketAddr};

use super::value::{Given, Item, Settable};

/// Where metrics are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsAt {
    /// Nowhere; nothing is counted.
    Off,
    /// Beside everything else.
    Main,
    /// On a listener of their own.
    Own(SocketAddr),
}

impl Settable for MetricsAt {
    const KIND: &'static str = "main, off or address";

    fn take(given: &Given<'_>) -> Result<Self, String> {
        let at = match given.text().map(str::trim) {
            Some("off") => Some(Self::Off),
            Some("main") => Some(Self::Main),
            Some(text) => text.parse().ok().map(Self::Own),
            None => None,
        };
        at.ok_or_else(|| given.is_not("\"main\", \"off\" or an address with a port"))
    }

    fn shown(&self) -> String {
        match self {
            Self::Off => "off".to_owned().shown(),
            Self::Main => "main".to_owned().shown(),
            Self::Own(address) => address.shown(),
        }
    }
}

/// Whether documents may be named by their hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersistedAt {
    /// Not at all.
    Off,
    /// Those of the list, and those that clients sent before.
    Automatic,
    /// Those of the list alone.
    Only,
}

impl Settable for PersistedAt {
    const KIND: &'static str = "off, automatic or only";

    fn take(given: &Given<'_>) -> Result<Self, String> {
        match given.text().map(str::trim) {
            Some("off") => Ok(Self::Off),
            Some("automatic") => Ok(Self::Automatic),
            Some("only") => Ok(Self::Only),
            _ => Err(given.is_not("\"off\", \"automatic\" or \"only\"")),
        }
    }

    fn shown(&self) -> String {
        let word = match self {
            Self::Off => "off",
            Self::Automatic => "automatic",
            Self::Only => "only",
        };
        word.to_owned().shown()
    }
}

/// Addresses that begin alike: `10.0.0.0/8`, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// Any address of it.
    pub address: IpAddr,
    /// How many bits its addresses have in common.
    pub bits: u8,
}

impl Item for Network {
    const WHAT: &'static str = "an address or a network, such as 10.0.0.0/8";

    fn read(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    fn text(&self) -> String {
        format!("{}/{}", self.address, self.bits)
    }
}

/// The origin of a page, as browsers name it: scheme, host and, where it is not the usual one, port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(pub String);

impl Item for Origin {
    const WHAT: &'static str = "an origin without a path, such as https://desk.example.com";

    fn read(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.:[]_".contains(c);
        let usual = matches!(
            (scheme, host.rsplit_once(':')),
            ("https", Some((_, "443"))) | ("http", Some((_, "80")))
        );
        let good =
            !scheme.is_empty() && !host.is_empty() && text.replace("://", "").chars().all(plain);
        (good && !usual).then(|| Self(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_taken_as_they_are_shown_and_nothing_else() {
        for (text, shown) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1", "10.0.0.1/32"),
            ("fd00::/8", "fd00::/8"),
        ] {
            assert_eq!(Network::read(text).unwrap().text(), shown);
        }
        for text in ["10.0.0.0/33", "10.0.0.0/", "localhost", ""] {
            assert_eq!(Network::read(text), None, "{text}");
        }
        for text in [
            "https://desk.example.com",
            "http://localhost:5173",
            "http://[::1]:80a",
            "app+x://y",
        ] {
            assert!(Origin::read(text).is_some(), "{text}");
        }
        for text in [
            "desk.example.com",
            "https://desk.example.com/",
            "https://Desk.example.com",
            "https://desk.example.com:443",
            "*",
            "null",
            "https://",
        ] {
            assert_eq!(Origin::read(text), None, "{text}");
        }
        for text in ["off", "main", "127.0.0.1:9464"] {
            let taken = MetricsAt::take(&Given::Text(text)).unwrap();
            assert_eq!(taken.shown(), format!("\"{text}\""));
        }
        assert!(MetricsAt::take(&Given::Text("on")).is_err());
        assert!(PersistedAt::take(&Given::Text("on")).is_err());
    }
}
