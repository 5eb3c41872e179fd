//! What a client may ask of the transports.

use std::{sync::Arc, time::Duration};

use super::{
    address::Network,
    documents::{Manifest, Persisted},
};

/// Limits of the transports. [`Default`] gives the documented defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest body of an HTTP request, in bytes. Default 2 MiB.
    pub body_bytes: usize,
    /// Time for a body to arrive. Default 30 s.
    pub body_timeout: Duration,
    /// Most requests in one HTTP batch. Default 10.
    pub batch: usize,
    /// Deepest nesting of brackets in a GraphQL document. Default 128: the parser recurses, and a stack that
    /// overflows ends the whole process. The depth of a *query* is limited further by the schema.
    pub nesting: usize,
    /// Time for a token to be checked, after which it counts as unavailable. Default 5 s.
    pub auth_timeout: Duration,
    /// Time from a socket's opening to its `connection_init`, else 4408. Default 3 s.
    pub init_timeout: Duration,
    /// Time between two pings, and between two comments in an event stream. A socket from which nothing came for
    /// twice this long is dropped. Default 15 s, below the idle limit (often 30 or 60 s) of common proxies.
    pub ping_interval: Duration,
    /// Time for a reader to take what is written to it, else it is dropped. Default 10 s.
    pub write_timeout: Duration,
    /// Time for which a connection may stand without anything being written to it. Ends keep-alive that nobody uses,
    /// and clients that send their request a byte at a time. Default 75 s, as nginx has it; never less than three
    /// ping intervals, since pings are what is written to idle sockets and event streams.
    pub idle_timeout: Duration,
    /// Largest WebSocket message from a client, in bytes, else 1009. Default 2 MiB, as for a body.
    pub ws_message_bytes: usize,
    /// Most operations that run at once on one socket; a further one gets an `error`. Default 200.
    pub operations_per_socket: usize,
    /// Most sockets and event streams of one user on this server, else 4429 or HTTP 429. Default 10,000: a socket
    /// costs a few kilobytes, so this only stops clients that reconnect without ever hanging up.
    pub streams_per_user: usize,
    /// How long a shutdown waits for running queries and mutations. Default 5 s.
    pub drain: Duration,
    /// How long a query may run, and how long the answer of a mutation is waited for. Default 30 s.
    pub request_timeout: Duration,
    /// Most queries and mutations that run at once on this server; a further one is told to come again. Default 256,
    /// sixteen for each connection to the database: of 1,000, some waited for one longer than `pool_wait_seconds` (`cargo
    /// bench --bench overload`).
    pub requests_at_once: usize,
    /// Operations of one token in a minute; 0 for any number, which is the default.
    pub rate_per_token: u32,
    /// Requests and operations from one address in a minute; 0 for any number, which is the default.
    pub rate_per_address: u32,
    /// Proxies whose `X-Forwarded-For` is believed. Default none.
    pub trusted_proxies: Vec<Network>,
    /// Origins of other sites whose pages may use the API and open sockets. Default none.
    pub origins: Vec<String>,
    /// Whether documents may be named by their hash. Default [`Persisted::Automatic`].
    pub persisted: Persisted,
    /// The documents that are known from the start. Default none.
    pub manifest: Arc<Manifest>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 << 20,
            body_timeout: Duration::from_secs(30),
            batch: 10,
            nesting: 128,
            auth_timeout: Duration::from_secs(5),
            init_timeout: Duration::from_secs(3),
            ping_interval: Duration::from_secs(15),
            write_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            ws_message_bytes: 2 << 20,
            operations_per_socket: 200,
            streams_per_user: 10_000,
            drain: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            requests_at_once: 256,
            rate_per_token: 0,
            rate_per_address: 0,
            trusted_proxies: Vec::new(),
            origins: Vec::new(),
            persisted: Persisted::Automatic,
            manifest: Arc::default(),
        }
    }
}
