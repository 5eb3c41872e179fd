//! Putting entries in order: the tail without clock, database or tasks, so that it can be tested as a function.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::event::{Entry, Position};
use crate::domain::id::AccountId;

/// What stands at a position.
#[derive(Debug, Clone)]
pub enum Item {
    /// An entry.
    Entry(Arc<Entry>),
    /// A row that this server cannot read, of that account.
    Unreadable(AccountId),
}

/// One page of the log as it was read.
#[derive(Debug)]
pub struct Page {
    /// The rows of the stretch that was asked for, in order.
    pub rows: Vec<(Position, Item)>,
    /// Where that stretch ended, if it did.
    pub before: Option<Position>,
    /// Whether there may be more of them behind the last.
    pub full: bool,
    /// Up to where nobody could add a row any more when they were read.
    pub final_to: Option<Position>,
}

/// Gives out consecutive positions, and past a gap only when it is final (invariants 1 to 4 of [`super`]).
#[derive(Debug)]
pub struct Order {
    position: Position,
    ahead: BTreeMap<Position, Item>,
    limit: usize,
    seen: Position,
}

impl Order {
    /// Begins after a position up to which everything is final; keeps at most `limit` items that came too early.
    pub fn new(position: Position, limit: usize) -> Self {
        Self {
            position,
            ahead: BTreeMap::new(),
            limit,
            seen: position,
        }
    }

    /// Up to where everything has been given out.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The highest position that is known to be committed.
    pub fn seen(&self) -> Position {
        self.seen
    }

    /// The position that is waited for, when a higher one is known to be committed.
    pub fn missing(&self) -> Option<Position> {
        (self.seen > self.position).then_some(Position(self.position.0 + 1))
    }

    /// How many items wait for one before them.
    pub fn waiting(&self) -> usize {
        self.ahead.len()
    }

    /// The stretch to read: after the first, and before the second, which is here already.
    pub fn wanted(&self) -> (Position, Option<Position>) {
        let here = self.ahead.first_key_value().map(|(first, _)| *first);
        (self.position, here)
    }

    /// Takes a committed item and gives out what is now consecutive.
    pub fn offer(&mut self, position: Position, item: Item, out: &mut Vec<(Position, Item)>) {
        self.place(position, item, out);
        self.give_out(None, out);
    }

    /// Takes a page that was read after a position not above the present one, and gives out what is now consecutive,
    /// gaps that are final left out.
    pub fn page(&mut self, page: Page, out: &mut Vec<(Position, Item)>) {
        // A page says nothing about what is behind its end.
        let last = page.rows.last().map(|(position, _)| *position);
        let end = match last {
            Some(last) if page.full => Some(last),
            _ => page.before.map(|before| Position(before.0 - 1)),
        };
        let complete_to = page.final_to.map(|to| end.map_or(to, |end| to.min(end)));
        for (position, item) in page.rows {
            if position <= self.position {
                continue;
            }
            if complete_to.is_some_and(|to| position <= to) {
                // The page holds every row up to there, so what is between was never committed.
                self.position = Position(position.0 - 1);
            }
            self.place(position, item, out);
        }
        self.ahead = self.ahead.split_off(&Position(self.position.0 + 1));
        self.give_out(complete_to, out);
    }

    /// Gives an item out where it is next; keeps it where it came too early. Where there is no room to keep, what is
    /// furthest ahead gives way: it is read again.
    fn place(&mut self, position: Position, item: Item, out: &mut Vec<(Position, Item)>) {
        if position <= self.position {
            return;
        }
        self.seen = self.seen.max(position);
        if position.0 == self.position.0 + 1 {
            self.position = position;
            out.push((position, item));
            return;
        }
        self.ahead.insert(position, item);
        if self.ahead.len() > self.limit {
            self.ahead.pop_last();
        }
    }

    /// Gives out what is consecutive, or has nothing missing before it but what will never be there.
    fn give_out(&mut self, complete_to: Option<Position>, out: &mut Vec<(Position, Item)>) {
        while let Some(first) = self.ahead.first_entry() {
            let below = Position(first.key().0 - 1);
            if below > self.position && Some(below) > complete_to {
                break;
            }
            let (position, item) = first.remove_entry();
            self.position = position;
            out.push((position, item));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item() -> Item {
        Item::Unreadable(AccountId(uuid::Uuid::nil()))
    }

    fn positions(out: &[(Position, Item)]) -> Vec<i64> {
        out.iter().map(|(position, _)| position.0).collect()
    }

    fn page(rows: &[i64], final_to: Option<i64>) -> Page {
        Page {
            rows: rows.iter().map(|n| (Position(*n), item())).collect(),
            before: None,
            full: false,
            final_to: final_to.map(Position),
        }
    }

    #[test]
    fn waits_for_what_is_missing() {
        let (mut order, mut out) = (Order::new(Position(10), 8), Vec::new());
        order.offer(Position(12), item(), &mut out);
        order.offer(Position(13), item(), &mut out);
        assert!(out.is_empty());
        assert_eq!(order.missing(), Some(Position(11)));
        order.offer(Position(11), item(), &mut out);
        order.offer(Position(12), item(), &mut out);
        assert_eq!(positions(&out), [11, 12, 13]);
        assert_eq!(order.missing(), None);
    }

    #[test]
    fn leaves_out_only_what_is_final() {
        let (mut order, mut out) = (Order::new(Position(0), 8), Vec::new());
        order.page(page(&[1, 3, 6, 9], Some(6)), &mut out);
        assert_eq!(positions(&out), [1, 3, 6]);
        assert_eq!(order.missing(), Some(Position(7)));
    }

    #[test]
    fn a_full_page_is_no_proof_behind_its_last_row() {
        let (mut order, mut out) = (Order::new(Position(0), 8), Vec::new());
        order.offer(Position(7), item(), &mut out);
        let full = Page {
            full: true,
            ..page(&[2, 4], Some(7))
        };
        order.page(full, &mut out);
        assert_eq!(positions(&out), [2, 4]);
        assert_eq!(order.missing(), Some(Position(5)));
    }

    #[test]
    fn a_short_stretch_is_no_proof_behind_its_end() {
        let (mut order, mut out) = (Order::new(Position(0), 8), Vec::new());
        order.offer(Position(3), item(), &mut out);
        order.offer(Position(6), item(), &mut out);
        assert_eq!(order.wanted(), (Position(0), Some(Position(3))));
        let short = Page {
            before: Some(Position(3)),
            ..page(&[2], Some(6))
        };
        order.page(short, &mut out);
        assert_eq!(positions(&out), [2, 3]);
        assert_eq!(order.missing(), Some(Position(4)));
    }

    #[test]
    fn a_final_gap_never_leads_beyond_the_last_row() {
        // Postgres may draw a position again that was never committed, after a crash: nobody may have been told
        // that it is past.
        let (mut order, mut out) = (Order::new(Position(0), 8), Vec::new());
        order.page(page(&[1], Some(5)), &mut out);
        assert_eq!(order.position(), Position(1));
        order.offer(Position(2), item(), &mut out);
        assert_eq!(positions(&out), [1, 2]);
    }

    proptest! {
        /// Whatever comes handed over in whatever order and whenever pages are read, what comes out is the log.
        #[test]
        fn gives_out_the_log(
            committed in prop::collection::vec(any::<bool>(), 1..60),
            handed in prop::collection::vec((0usize..60, any::<bool>()), 0..200),
            limit in 0usize..6,
            length in 1usize..9,
        ) {
            let log: Vec<i64> = (1..).zip(&committed).filter(|(_, c)| **c).map(|(n, _)| n).collect();
            let (mut order, mut out) = (Order::new(Position(0), limit), Vec::new());
            let read = |order: &mut Order, out: &mut Vec<(Position, Item)>, last: bool| {
                let (after, before) = order.wanted();
                let wanted = |n: &i64| *n > after.0 && before.is_none_or(|before| *n < before.0);
                let rows: Vec<i64> = log.iter().copied().filter(wanted).take(length).collect();
                let full = rows.len() == length;
                let final_to = last.then_some(i64::MAX);
                order.page(Page { full, before, ..page(&rows, final_to) }, out);
            };
            for (at, reads) in handed {
                if committed.get(at) == Some(&true) {
                    order.offer(Position(at as i64 + 1), item(), &mut out);
                }
                if reads {
                    read(&mut order, &mut out, false);
                }
                prop_assert!(order.waiting() <= limit);
                prop_assert!(log.starts_with(&positions(&out)));
            }
            for _ in 0..=2 * log.len() {
                read(&mut order, &mut out, true);
            }
            prop_assert_eq!(positions(&out), log);
        }
    }
}
