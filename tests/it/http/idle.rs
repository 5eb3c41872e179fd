//! Connections that only cost something.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use tandem::http::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::support::{PATIENCE, Server};

fn hasty() -> Limits {
    Limits {
        ping_interval: Duration::from_millis(100),
        idle_timeout: Duration::from_millis(300),
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_connection_that_asks_nothing_is_closed() {
    let server = Server::with(hasty()).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut reused = TcpStream::connect(server.address).await.unwrap();
    let request = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    reused.write_all(request).await.unwrap();
    for connection in [&mut silent, &mut reused] {
        let mut answer = Vec::new();
        let read = timeout(PATIENCE, connection.read_to_end(&mut answer)).await;
        // A reset is as good an end as any.
        let _ = read.expect("the connection is closed");
    }
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off() {
    let server = Server::with(hasty()).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    slow.write_all(b"POST /graphql HTTP/1.1\r\nx: ")
        .await
        .unwrap();
    let trickle = async {
        while slow.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, trickle).await.expect("it is cut off");
}

#[tokio::test]
async fn an_idle_socket_stands() {
    let server = Server::with(hasty()).await;
    let mut client = server.socket().await;
    client.subscribe("1", "subscription { silent }").await;
    for _ in 0..10 {
        assert_eq!(client.receive().await["type"], "ping");
    }
    assert_eq!(server.desk.alive.load(SeqCst), 1);
}
