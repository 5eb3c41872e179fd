//! The beginning of a list, in its order.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::filter::{ConversationSort, Order};
use crate::domain::id::ConversationId;
use crate::domain::image::Conversation;

/// The place of a conversation in a list: its sort key, ties broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Microseconds since 1970.
    pub value: i64,
    /// Breaks ties.
    pub id: Uuid,
}

/// Up to where a window knows its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// Nothing was read yet.
    Start,
    /// Everything up to this place, whether anything is there or not.
    At(Key),
    /// The whole list.
    End,
}

/// The first rows of a list, all of them up to its edge.
#[derive(Debug, Clone)]
pub struct Window {
    order: Order<ConversationSort>,
    rows: Vec<Row>,
    edge: Edge,
}

#[derive(Debug, Clone)]
struct Row {
    key: Key,
    image: Arc<Conversation>,
}

impl Window {
    /// Nothing was read yet.
    #[must_use]
    pub const fn new(order: Order<ConversationSort>) -> Self {
        Self {
            order,
            rows: Vec::new(),
            edge: Edge::Start,
        }
    }

    fn key(&self, image: &Conversation) -> Key {
        Key {
            value: self.order.key(image),
            id: image.id.0,
        }
    }

    /// Whether one place comes before another, or is the same.
    fn reaches(&self, far: Key, near: Key) -> bool {
        if self.order.descending {
            near >= far
        } else {
            near <= far
        }
    }

    /// The rows, in the list's order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Arc<Conversation>> {
        self.rows.iter().map(|row| &row.image)
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the list has no more than this.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.edge == Edge::End
    }

    /// After which place it has to be read to go on; none at the beginning.
    #[must_use]
    pub const fn edge(&self) -> Option<Key> {
        match self.edge {
            Edge::At(key) => Some(key),
            Edge::Start | Edge::End => None,
        }
    }

    /// Whether it has that conversation.
    #[must_use]
    pub fn has(&self, id: ConversationId) -> bool {
        self.rows.iter().any(|row| row.image.id == id)
    }

    /// Takes a conversation out, if it is there.
    pub fn remove(&mut self, id: ConversationId) {
        self.rows.retain(|row| row.image.id != id);
    }

    /// Puts in a member of the list that it does not have, unless its place is beyond the edge.
    pub fn insert(&mut self, image: Arc<Conversation>) {
        let key = self.key(&image);
        let within = match self.edge {
            Edge::Start => false,
            Edge::At(edge) => self.reaches(edge, key),
            Edge::End => true,
        };
        if within {
            let at = self.rows.partition_point(|row| self.reaches(key, row.key));
            self.rows.insert(at, Row { key, image });
        }
    }

    /// Goes on with the rows that come after its edge, in the list's order; `more` tells whether others follow them.
    pub fn extend(&mut self, rows: Vec<Arc<Conversation>>, more: bool) {
        for image in rows {
            let key = self.key(&image);
            // What an entry has brought in meanwhile is in the window already.
            self.remove(image.id);
            self.edge = Edge::At(key);
            self.insert(image);
        }
        if !more {
            self.edge = Edge::End;
        }
    }

    /// Lets go of all rows after that many.
    pub fn cut(&mut self, len: usize) {
        if self.rows.len() > len {
            self.rows.truncate(len);
            self.edge = self
                .rows
                .last()
                .map_or(Edge::Start, |row| Edge::At(row.key));
        }
    }
}
