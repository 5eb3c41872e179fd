//! As little of HTTP/1.1 as it takes to ask again and again: what a client costs is not to be measured.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The bytes of a request, made once.
pub fn request(address: &str, token: &str, query: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\naccept: application/graphql-response+json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl Connection {
    /// Connects.
    pub async fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server");
        stream.set_nodelay(true).expect("no delay");
        Self {
            stream,
            buffer: Vec::with_capacity(128 * 1024),
        }
    }

    /// Sends a request and returns the body of its answer; panics for anything but 200.
    pub async fn send(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.expect("a request");
        self.buffer.clear();
        let head = loop {
            let count = self.stream.read_buf(&mut self.buffer).await.expect("bytes");
            assert!(count > 0, "the server closed");
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])
            .expect("a head")
            .to_ascii_lowercase();
        assert!(
            text.starts_with("http/1.1 200"),
            "{text}{}",
            String::from_utf8_lossy(&self.buffer[head..])
        );
        let length = text.split("content-length: ").nth(1).expect("a length");
        let length: usize = length
            .split("\r\n")
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number");
        while self.buffer.len() < head + length {
            let count = self.stream.read_buf(&mut self.buffer).await.expect("bytes");
            assert!(count > 0, "the server closed");
        }
        &self.buffer[head..]
    }

    /// Runs an operation; its data.
    pub async fn gql(
        &mut self,
        address: &str,
        token: &str,
        query: &str,
        variables: Value,
    ) -> Value {
        let request = request(address, token, query, &variables);
        let mut answer: Value = serde_json::from_slice(self.send(&request).await).expect("JSON");
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
