//! What everything is held against: a plain axum WebSocket that broadcasts the same bytes, in a process of its own.

use std::process::Command;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::broadcast;

use super::support::running::Running;

/// The argument that makes this program the plain server.
pub const ARGUMENT: &str = "--plain-server";

/// The plain server, running.
pub struct Plain {
    /// `127.0.0.1:port`
    pub address: String,
    running: Running,
}

impl Plain {
    /// Starts this program again, as the plain server.
    pub fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        let (running, address) = Running::start(command.arg(ARGUMENT), "http://");
        Self { address, running }
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.running.process()
    }
}

async fn upgrade(
    upgrade: WebSocketUpgrade,
    State(sender): State<broadcast::Sender<Utf8Bytes>>,
) -> Response {
    // As small as Tandem's own: by default a socket holds 128 KiB and more.
    let upgrade = upgrade.read_buffer_size(2 << 10).write_buffer_size(0);
    upgrade.on_upgrade(move |mut socket| async move {
        let mut receiver = sender.subscribe();
        while let Ok(text) = receiver.recv().await {
            if socket.send(Message::Text(text)).await.is_err() {
                return;
            }
        }
    })
}

async fn publish(State(sender): State<broadcast::Sender<Utf8Bytes>>, body: String) {
    // Nobody listening is no fault of who tells.
    let _ = sender.send(body.into());
}

/// Serves until it is killed: `GET /live` upgrades, `POST /publish` sends its body to all.
pub async fn serve() {
    let (sender, _) = broadcast::channel(1_024);
    let router = Router::new()
        .route("/live", get(upgrade))
        .route("/publish", post(publish))
        .with_state(sender);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    println!("http://{}", listener.local_addr().expect("an address"));
    axum::serve(listener, router).await.expect("serving");
}
