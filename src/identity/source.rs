//! Where the provider's keys are: at an address, or in a file that something else keeps up to date.

use std::path::PathBuf;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;

/// The longest that fetching may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of a key set; real ones have a few thousand.
const BYTES: usize = 1 << 20;

/// Where the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An address that begins with `https://`; with `http://` only on this machine.
    Address(String),
    /// A file.
    File(PathBuf),
}

impl Source {
    /// Reads what an operator wrote: an address, or else a path.
    ///
    /// # Errors
    /// For an address whose answer anybody on the way could write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::File(text.into()));
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // Without a user part and a port; an IPv6 address stands in brackets.
        let host = host.rsplit('@').next().unwrap_or_default();
        let name = match host.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        match scheme {
            "https" => Ok(Self::Address(text.to_owned())),
            "http" if matches!(name, "localhost" | "127.0.0.1" | "::1") => {
                Ok(Self::Address(text.to_owned()))
            }
            "file" => Ok(Self::File(rest.into())),
            _ => Err(format!(
                "`{scheme}://{name}…` is not to be trusted with keys; use https, or a file"
            )),
        }
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// Why they are not to be had; without what was read.
    pub(super) async fn read(&self) -> Result<JwkSet, String> {
        let bytes = match self {
            Self::File(path) => tokio::fs::read(path)
                .await
                .map_err(|error| format!("{}: {error}", path.display()))?,
            Self::Address(url) => fetch(url).await?,
        };
        serde_json::from_slice(&bytes).map_err(|error| format!("no key set: {error}"))
    }
}

async fn fetch(url: &str) -> Result<Vec<u8>, String> {
    let failed = |error: reqwest::Error| error.without_url().to_string();
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        // Where it leads, nobody has said.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(failed)?;
    let mut response = client.get(url).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!("answered {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > BYTES {
            return Err(format!("more than {BYTES} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_where_nobody_else_can_write_them() {
        for (text, good) in [
            ("https://id.example.com/keys", true),
            ("http://localhost:8080/keys", true),
            ("http://127.0.0.1/keys", true),
            ("http://[::1]:9/keys", true),
            ("http://id.example.com/keys", false),
            ("http://localhost.example.com/keys", false),
            ("http://localhost@example.com/keys", false),
            ("ftp://localhost/keys", false),
            ("/etc/tandem/keys.json", true),
            ("file:///etc/tandem/keys.json", true),
        ] {
            assert_eq!(Source::parse(text).is_ok(), good, "{text}");
        }
        let file = Source::parse("file:///etc/tandem/keys.json").unwrap();
        assert_eq!(file, Source::File("/etc/tandem/keys.json".into()));
    }
}
