//! A subscriber of presence.

use serde_json::{Value, json};

use crate::stream::socket::Socket;
use crate::support::desk::text;

const PRESENCE: &str =
    "subscription($id: ID!) { presence(conversationId: $id) { user { id } typing since } }";

pub struct Watch {
    socket: Socket,
    /// How many frames have come.
    pub frames: u32,
    /// Since when the first of the last frame is there.
    pub since: String,
}

impl Watch {
    pub async fn open(url: &str, token: &str, conversation: &str) -> Self {
        let mut socket = Socket::open(url, token).await;
        socket
            .subscribe("1", PRESENCE, json!({ "id": conversation }))
            .await;
        Self {
            socket,
            frames: 0,
            since: String::new(),
        }
    }

    async fn frame(&mut self) -> Vec<(String, bool)> {
        let message = self.socket.receive().await;
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        self.frames += 1;
        let people = message["payload"]["data"]["presence"].clone();
        self.since = people[0]["since"].as_str().unwrap_or_default().to_owned();
        let people = people.as_array().expect("a list").iter();
        people
            .map(|one| (text(&one["user"]["id"]), one["typing"] == true))
            .collect()
    }

    /// The next frame shows exactly these, in this order.
    pub async fn next_is(&mut self, expected: &[(&str, bool)]) {
        assert_eq!(self.frame().await, owned(expected));
    }

    /// Some frame shows exactly these.
    pub async fn until(&mut self, expected: &[(&str, bool)]) {
        while self.frame().await != owned(expected) {}
    }

    /// Some frame shows exactly these, and the first of them since a time that fits.
    pub async fn until_since(&mut self, expected: &[(&str, bool)], fits: impl Fn(&String) -> bool) {
        while self.frame().await != owned(expected) || !fits(&self.since) {}
    }

    /// Ends the subscription; the socket stays.
    pub async fn complete(&mut self) {
        self.socket
            .send(json!({ "id": "1", "type": "complete" }))
            .await;
    }

    pub fn hang_up(self) {
        self.socket.hang_up();
    }

    /// The code of the error that ends it.
    pub async fn error(&mut self) -> String {
        loop {
            let message: Value = self.socket.receive().await;
            if message["type"] == "error" {
                return text(&message["payload"][0]["extensions"]["code"]);
            }
        }
    }
}

fn owned(expected: &[(&str, bool)]) -> Vec<(String, bool)> {
    let expected = expected.iter();
    expected
        .map(|(id, typing)| ((*id).to_owned(), *typing))
        .collect()
}
