//! As little of HTTP/1.1 as it takes to ask again and again: what a client costs is not to be measured.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The head of an answer.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// What `Retry-After` says.
    pub retry_after: Option<String>,
    /// Where the body begins.
    body: usize,
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
        Self::with(address, 128 * 1024).await.expect("the server")
    }

    /// Connects, with so much room for answers to begin with.
    pub async fn with(address: &str, room: usize) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(room),
        })
    }

    /// Sends a request and returns the body of its answer; panics for anything but 200.
    pub async fn send(&mut self, request: &[u8]) -> &[u8] {
        let answer = self.exchange(request).await.expect("an answer");
        let body = &self.buffer[answer.body..];
        assert!(
            answer.status == 200,
            "{}: {}",
            answer.status,
            String::from_utf8_lossy(body)
        );
        body
    }

    /// Sends a request and reads its answer, whatever it is; the body is [`Connection::body`].
    pub async fn exchange(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let body = loop {
            self.more().await?;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..body]).to_ascii_lowercase();
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim().to_owned())
        };
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let length = header("content-length:").and_then(|length| length.parse::<usize>().ok());
        let answer = Answer {
            status: status.expect("a status"),
            retry_after: header("retry-after:"),
            body,
        };
        while self.buffer.len() < body + length.expect("a length") {
            self.more().await?;
        }
        Ok(answer)
    }

    async fn more(&mut self) -> std::io::Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// The body of an answer.
    pub fn body(&self, answer: &Answer) -> &[u8] {
        &self.buffer[answer.body..]
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

/// The UUID in an id, which is behind the kind's name in base 32.
pub fn uuid(id: &str) -> String {
    let digits = id.rsplit('_').next().unwrap_or_default();
    let alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    let value = digits.chars().fold(0u128, |sum, digit| {
        (sum << 5) | alphabet.find(digit).unwrap_or_default() as u128
    });
    let hex = format!("{value:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
