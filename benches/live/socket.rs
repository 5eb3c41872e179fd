//! As little of WebSocket and graphql-transport-ws as a subscriber needs: what a client costs is not to be measured.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An open socket.
pub struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Socket {
    /// Connects to a path and upgrades.
    pub async fn open(address: &str, path: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.expect("the server");
        stream.set_nodelay(true).expect("no delay");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
        );
        stream
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        let mut buffer = Vec::new();
        let end = loop {
            assert!(
                stream.read_buf(&mut buffer).await.expect("bytes") > 0,
                "the server closed"
            );
            if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        assert!(
            buffer.starts_with(b"HTTP/1.1 101"),
            "{}",
            String::from_utf8_lossy(&buffer)
        );
        buffer.drain(..end);
        Self { stream, buffer }
    }

    /// Sends a text, masked with zeros as a client must mask.
    pub async fn send(&mut self, text: &str) {
        let mut frame = vec![0x81];
        match u16::try_from(text.len()).expect("a short text") {
            short @ ..126 => frame.push(0x80 | short as u8),
            long => {
                frame.push(0x80 | 126);
                frame.extend(long.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.write_all(&frame).await.expect("a message");
    }

    /// The next text; pings are answered on the way. None when the server closes.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some((code, start, end)) = frame(&self.buffer) {
                let payload = self.buffer[start..end].to_vec();
                self.buffer.drain(..end);
                match code {
                    1 => return Some(payload),
                    8 => return None,
                    9 => self
                        .stream
                        .write_all(&[0x8a, 0x80, 0, 0, 0, 0])
                        .await
                        .ok()?,
                    _ => {}
                }
                continue;
            }
            if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// Begins an operation: signs in, subscribes, and answers the protocol's own pings from then on.
    pub async fn subscribe(address: &str, token: &str, query: &str) -> Self {
        let mut socket = Self::open(address, "/graphql").await;
        let init = serde_json::json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
        socket.send(&init.to_string()).await;
        let acknowledged = socket.next().await.expect("an answer");
        assert!(
            has(&acknowledged, b"connection_ack"),
            "{}",
            String::from_utf8_lossy(&acknowledged)
        );
        let subscribe =
            serde_json::json!({ "type": "subscribe", "id": "1", "payload": { "query": query } });
        socket.send(&subscribe.to_string()).await;
        socket
    }

    /// The next frame of the operation. None when it has ended.
    pub async fn frame(&mut self) -> Option<Vec<u8>> {
        loop {
            let message = self.next().await?;
            let head = &message[..message.len().min(64)];
            if has(head, b"\"ping\"") {
                self.send("{\"type\":\"pong\"}").await;
            } else if has(head, b"\"next\"") {
                return Some(message);
            } else if has(head, b"\"error\"") || has(head, b"\"complete\"") {
                return None;
            }
        }
    }
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The kind of the first frame, and where its payload stands; none while it is not all there.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (code, length) = (bytes.first()? & 0x0f, bytes.get(1)? & 0x7f);
    let (start, length) = match length {
        126 => (
            4,
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => (
            10,
            usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?,
        ),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= start + length).then_some((code, start, start + length))
}
