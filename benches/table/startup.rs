//! From the start of a server's process to its readiness, on a database that is there.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::http::Connection;
use super::support::server::Server;

/// A started server; it ends with this.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
        let _ = self.0.wait();
    }
}

/// How long one waits for a server before giving up.
const PATIENCE: Duration = Duration::from_secs(30);

async fn is_ready(address: &str) -> bool {
    let request = format!("GET /health/ready HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let Ok(mut connection) = Connection::with(address, 1_024).await else {
        return false;
    };
    let answer = connection.exchange(request.as_bytes()).await;
    answer.is_ok_and(|answer| answer.status == 200)
}

/// Milliseconds that another `tandem serve` took on the database of this one.
pub async fn once(server: &Server) -> f64 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address").to_string();
    drop(free);
    let (folder, port) = &server.socket;
    let url = format!(
        "postgres://tandem@{}:{port}/tandem",
        folder.replace('/', "%2F")
    );
    let begun = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .args(["serve", "--listen", &address])
        .env("DATABASE_URL", url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _started = Started(child.expect("tandem serve"));
    while !is_ready(&address).await {
        assert!(begun.elapsed() < PATIENCE, "the server is never ready");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    begun.elapsed().as_secs_f64() * 1e3
}
