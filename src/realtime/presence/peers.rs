//! What is known of the other servers: whether they live, and whether anything that they said was missed.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::crowd::Who;

/// The least time between two questions to the same server.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Another server.
#[derive(Debug)]
struct Peer {
    /// The number of its last message with lines that was heard.
    number: u64,
    /// When anything was last heard of it.
    heard: Instant,
    /// Those who look there, each with the telling that last named them.
    looks: HashMap<Who, u64>,
    /// Counts its tellings of everything. Whoever the last one did not name is not there any more.
    telling: u64,
    /// Whether a telling has begun and no part of it was missed so far.
    whole: bool,
    /// Whether something was missed that no telling has made good yet.
    lacking: bool,
    asked: Option<Instant>,
}

/// The other servers.
#[derive(Debug, Default)]
pub(super) struct Peers {
    by_id: HashMap<Uuid, Peer>,
    /// Those to ask.
    doubted: Vec<Uuid>,
}

impl Peers {
    fn peer(&mut self, server: Uuid, now: Instant) -> &mut Peer {
        let peer = self.by_id.entry(server).or_insert_with(|| Peer {
            number: 0,
            heard: now,
            looks: HashMap::new(),
            telling: 0,
            whole: false,
            lacking: false,
            asked: None,
        });
        peer.heard = now;
        peer
    }

    /// A sign of life, with the number of the last message that should have been heard.
    pub fn beat(&mut self, server: Uuid, number: u64, now: Instant) {
        let peer = self.peer(server, now);
        peer.lacking |= peer.number != number;
        if peer.lacking {
            self.doubt(server, now);
        }
    }

    /// A message with changes, of that number.
    pub fn changes(&mut self, server: Uuid, number: u64, now: Instant) {
        let peer = self.peer(server, now);
        let missed = peer.number + 1 != number;
        peer.number = number;
        if missed {
            (peer.whole, peer.lacking) = (false, true);
            self.doubt(server, now);
        }
    }

    /// A part of a telling of everything begins to be heard.
    pub fn part(&mut self, server: Uuid, number: u64, index: u32, now: Instant) {
        if index > 0 {
            return self.changes(server, number, now);
        }
        let peer = self.peer(server, now);
        peer.number = number;
        peer.telling += 1;
        peer.whole = true;
    }

    /// The last part has been heard; who is not there any more.
    pub fn told(&mut self, server: Uuid) -> Vec<Who> {
        let Some(peer) = self.by_id.get_mut(&server).filter(|peer| peer.whole) else {
            return Vec::new();
        };
        (peer.whole, peer.lacking) = (false, false);
        let telling = peer.telling;
        let left = peer.looks.extract_if(|_, named| *named < telling);
        left.map(|(who, _)| who).collect()
    }

    /// That somebody looks there, or not any more.
    pub fn look(&mut self, server: Uuid, who: Who, looks: bool) {
        if let Some(peer) = self.by_id.get_mut(&server) {
            if looks {
                peer.looks.insert(who, peer.telling);
            } else {
                peer.looks.remove(&who);
            }
        }
    }

    /// A server has gone; who looked there.
    pub fn gone(&mut self, server: Uuid) -> Vec<Who> {
        let peer = self.by_id.remove(&server);
        peer.map(|peer| peer.looks.into_keys().collect())
            .unwrap_or_default()
    }

    /// The servers of which nothing was heard for that long.
    pub fn silent(&self, lease: Duration, now: Instant) -> Vec<Uuid> {
        let silent = self.by_id.iter();
        let silent = silent.filter(|(_, peer)| peer.heard + lease <= now);
        silent.map(|(server, _)| *server).collect()
    }

    /// Those to ask for everything, once.
    pub fn take_doubted(&mut self) -> Vec<Uuid> {
        std::mem::take(&mut self.doubted)
    }

    /// Whether somebody is to be asked.
    pub fn doubts(&self) -> bool {
        !self.doubted.is_empty()
    }

    fn doubt(&mut self, server: Uuid, now: Instant) {
        let Some(peer) = self.by_id.get_mut(&server) else {
            return;
        };
        if peer.asked.is_none_or(|asked| asked + ASK_AGAIN <= now) {
            peer.asked = Some(now);
            self.doubted.push(server);
        }
    }
}
