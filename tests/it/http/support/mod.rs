//! A server over a small schema, and clients that see every byte.

mod backend;
mod client;

use std::{net::SocketAddr, time::Duration};

pub use backend::{Desk, TOKEN};
pub use client::Client;
use serde_json::{Value, json};
use tandem::http::{self, Limits};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Longer than anything here may take; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    pub desk: Desk,
    pub http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Desk::default();
        let (stop, shutdown) = http::shutdown();
        let app = http::router(desk.clone(), limits.clone(), shutdown.clone());
        let (signal, signalled) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let signal = async {
                let _ = signalled.await;
            };
            http::serve(listener, app, &limits, (stop, shutdown), signal).await
        });
        Self {
            address,
            desk,
            http: reqwest::Client::new(),
            stop: Some(signal),
            serving,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A POST with the good token.
    pub fn post(&self) -> reqwest::RequestBuilder {
        self.http.post(self.url("/graphql")).bearer_auth(TOKEN)
    }

    /// Posts a document; gives status and body.
    pub async fn query(&self, document: &str) -> (u16, Value) {
        let response = self.post().json(&json!({ "query": document })).send();
        let response = response.await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// An acknowledged socket.
    pub async fn socket(&self) -> Client {
        let mut client = Client::connect(self.address).await;
        client.init().await;
        client
    }

    pub fn begin_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits until the server has stopped.
    pub async fn stopped(&mut self) {
        let stopped = tokio::time::timeout(PATIENCE, &mut self.serving).await;
        stopped.expect("the server stops").unwrap().unwrap();
    }
}

/// Waits until something holds.
pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
