//! Things that are kept by a text for as long as there is room, the oldest forgotten first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// The most things.
    pub things: usize,
    /// The most bytes of one thing; a larger one is not kept.
    pub bytes_of_one: usize,
    /// The most bytes of all.
    pub bytes: usize,
}

/// Things by their text.
#[derive(Debug)]
pub(super) struct Kept<T> {
    room: Room,
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    by_text: HashMap<Arc<str>, (T, usize)>,
    order: VecDeque<Arc<str>>,
    bytes: usize,
}

impl<T: Clone> Kept<T> {
    pub fn new(room: Room) -> Self {
        let state = State {
            by_text: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
        };
        Self {
            room,
            state: Mutex::new(state),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self, text: &str) -> Option<T> {
        let state = self.lock();
        state.by_text.get(text).map(|(thing, _)| thing.clone())
    }

    /// Keeps a thing that counts as so many bytes; what is there already stays.
    pub fn keep(&self, text: &str, thing: T, bytes: usize) {
        if bytes > self.room.bytes_of_one {
            return;
        }
        let mut state = self.lock();
        if state.by_text.contains_key(text) {
            return;
        }
        while state.order.len() >= self.room.things || state.bytes + bytes > self.room.bytes {
            let Some(oldest) = state.order.pop_front() else {
                break;
            };
            let forgotten = state.by_text.remove(&oldest);
            state.bytes -= forgotten.map_or(0, |(_, bytes)| bytes);
        }
        let text: Arc<str> = text.into();
        state.bytes += bytes;
        state.order.push_back(text.clone());
        state.by_text.insert(text, (thing, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_much_is_kept() {
        let kept = Kept::new(Room {
            things: 3,
            bytes_of_one: 10,
            bytes: 20,
        });
        kept.keep("large", 0, 11);
        assert_eq!(kept.get("large"), None);
        for (n, text) in ["a", "b", "c", "d"].into_iter().enumerate() {
            kept.keep(text, n, 1);
        }
        assert_eq!(kept.get("a"), None, "the oldest gave way");
        kept.keep("b", 9, 1);
        assert_eq!(kept.get("b"), Some(1), "what is there stays");
        kept.keep("e", 4, 10);
        assert_eq!(kept.get("d"), Some(3));
        kept.keep("f", 5, 10);
        assert_eq!(kept.get("d"), None, "so that the bytes suffice");
        assert_eq!(kept.get("e"), Some(4));
        assert_eq!(kept.lock().bytes, 20);
    }
}
