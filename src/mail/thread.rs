//! Which messages belong together.
//!
//! Messages are of one thread if one names the other, or both name a third, in Message-ID,
//! In-Reply-To or References (the idea of Jamie Zawinski's algorithm, without its use of
//! subjects: the same subject alone joins nothing). The order of arrival does not matter: an id
//! that was only named keeps its place until its message comes.
//!
//! # Merging
//! A message that names two threads joins them. Threads that are not stored yet become one. Of
//! stored threads the smallest key wins, for keys that grow with time the oldest: the message and
//! what is still unplaced go there, the other stored threads stay as they are.
//!
//! # Across imports
//! An import by and by, or again, makes the same threads, if the importer keeps *every* id of
//! [`Mail::thread_ids`] with its thread, not only those of messages: next month's parent must
//! find this month's reply. For each batch of messages:
//!
//! 1. look up [`Threader::unknown`] in the store and pass what was found to [`Threader::learn`];
//! 2. [`Threader::place`] each message;
//! 3. when all are placed: for each thread, [`Threader::key`] tells where it is stored; if it is
//!    not, store it and say so with [`Threader::stored`];
//! 4. store messages, and the ids with their threads.

use super::Mail;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A thread of one [`Threader`]. Two of them can turn out to be one: compare what
/// [`Threader::find`] makes of them, when the batch is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thread(u32);

/// Where a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Its thread.
    pub thread: Thread,
    /// A message with this id was placed or stored before: there is nothing to import.
    pub repeated: bool,
}

/// Puts messages into threads, one by one; `K` is the store's key of a thread. About 40 bytes of
/// memory for each id.
#[derive(Debug)]
pub struct Threader<K> {
    ids: HashMap<Fingerprint, Known>,
    threads: Vec<Node<K>>,
    /// The one thread of each key.
    keys: BTreeMap<K, Thread>,
}

/// 128 bits of an id's SHA-256: ids are up to 998 bytes, and millions of them are kept. Not a
/// faster hash, because senders choose their ids and could make two collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Fingerprint(u128);

impl Fingerprint {
    fn of(id: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(id.as_bytes()).into();
        let (_, low) = hash.split_at(16);
        Self(low.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte)))
    }
}

#[derive(Debug, Clone, Copy)]
struct Known {
    thread: Thread,
    /// The message itself has come, it was not only named.
    arrived: bool,
}

#[derive(Debug)]
struct Node<K> {
    /// The thread it was merged into; itself if none.
    parent: Thread,
    key: Option<K>,
}

impl<K> Default for Threader<K> {
    fn default() -> Self {
        Self {
            ids: HashMap::new(),
            threads: Vec::new(),
            keys: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Clone> Threader<K> {
    /// Knows of no thread.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The ids of these messages that the store must be asked for, each once.
    pub fn unknown<'a>(&self, mails: impl IntoIterator<Item = &'a Mail>) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        mails
            .into_iter()
            .flat_map(Mail::thread_ids)
            .filter(|id| !self.ids.contains_key(&Fingerprint::of(id)))
            .filter(|id| seen.insert(*id))
            .collect()
    }

    /// Takes in what the store knows of an id: the key of its thread, and whether a message with
    /// that id is stored or it was only named by others.
    pub fn learn(&mut self, id: &str, key: K, arrived: bool) {
        let mut thread = match self.keys.get(&key) {
            Some(thread) => *thread,
            None => {
                let thread = self.new_thread();
                self.stored(thread, key);
                thread
            }
        };
        let print = Fingerprint::of(id);
        if let Some(known) = self.ids.get(&print) {
            // Named in this run before the store was asked.
            let before = self.find(known.thread);
            thread = self.merge(&[before, thread]);
        }
        self.mark(print, thread, arrived);
    }

    /// Puts a message into its thread.
    pub fn place(&mut self, mail: &Mail) -> Placement {
        let prints: Vec<Fingerprint> = mail.thread_ids().map(Fingerprint::of).collect();
        let mut named: Vec<Thread> = Vec::new();
        for print in &prints {
            if let Some(known) = self.ids.get(print) {
                let thread = self.find(known.thread);
                if !named.contains(&thread) {
                    named.push(thread);
                }
            }
        }
        let repeated = prints
            .first()
            .and_then(|own| self.ids.get(own))
            .is_some_and(|own| own.arrived);
        // A message that is there already stays where it is.
        if repeated && let Some(thread) = named.first() {
            return Placement {
                thread: *thread,
                repeated,
            };
        }
        let thread = self.merge(&named);
        for (index, print) in prints.into_iter().enumerate() {
            let own = index == 0;
            let elsewhere = |known: &Known| self.find(known.thread) != thread;
            // Ids of another stored thread stay with it.
            if own || !self.ids.get(&print).is_some_and(elsewhere) {
                self.mark(print, thread, own);
            }
        }
        Placement { thread, repeated }
    }

    /// The thread that `thread` is part of by now.
    #[must_use]
    pub fn find(&self, thread: Thread) -> Thread {
        let mut at = thread;
        while let Some(node) = self.threads.get(at.0 as usize) {
            if node.parent == at {
                break;
            }
            at = node.parent;
        }
        at
    }

    /// Where the thread is stored, if it is.
    #[must_use]
    pub fn key(&self, thread: Thread) -> Option<&K> {
        self.threads
            .get(self.find(thread).0 as usize)
            .and_then(|node| node.key.as_ref())
    }

    /// Tells that the thread is stored from now on.
    pub fn stored(&mut self, thread: Thread, key: K) {
        let root = self.find(thread);
        self.keys.insert(key.clone(), root);
        if let Some(node) = self.node_mut(root) {
            node.key = Some(key);
        }
    }

    /// Makes one thread of all that can be merged and returns it.
    fn merge(&mut self, named: &[Thread]) -> Thread {
        let oldest = named
            .iter()
            .filter_map(|thread| Some((self.key(*thread)?, *thread)))
            .min()
            .map(|(_, thread)| thread);
        let Some(winner) = oldest.or_else(|| named.iter().min().copied()) else {
            return self.new_thread();
        };
        for thread in named {
            if *thread != winner
                && self.key(*thread).is_none()
                && let Some(node) = self.node_mut(*thread)
            {
                node.parent = winner;
            }
        }
        winner
    }

    fn mark(&mut self, print: Fingerprint, thread: Thread, arrived: bool) {
        let known = self.ids.entry(print).or_insert(Known { thread, arrived });
        known.thread = thread;
        known.arrived |= arrived;
    }

    fn new_thread(&mut self) -> Thread {
        // 2³² threads would take more memory than any machine for an import has.
        let thread = Thread(u32::try_from(self.threads.len()).unwrap_or(u32::MAX));
        self.threads.push(Node {
            parent: thread,
            key: None,
        });
        thread
    }

    fn node_mut(&mut self, thread: Thread) -> Option<&mut Node<K>> {
        self.threads.get_mut(thread.0 as usize)
    }
}

#[cfg(test)]
mod tests;
