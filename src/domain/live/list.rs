//! A live list: the page that is shown, kept by what each cascade does to it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::Count;
use super::frame::{Change, Entered, Page, Spec};
use super::moves::{Is, Kinds, Move, is_member, moves};
use super::window::{Key, Window};
use crate::domain::cascade::Subject;
use crate::domain::event::{Entry, Position};
use crate::domain::id::ConversationId;
use crate::domain::image::{Actor, Conversation};

/// What has to be read before the list can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The rows after this place; none: from the beginning.
    pub after: Option<Key>,
    /// So many.
    pub rows: u16,
    /// Whether their number is wanted too.
    pub count: bool,
    /// Which entries the reading contains is wanted after this one.
    pub from: Position,
}

/// What was read, all of it from one snapshot.
#[derive(Debug, Clone)]
pub struct Filled {
    /// In the list's order.
    pub rows: Vec<Arc<Conversation>>,
    /// Whether others follow.
    pub more: bool,
    /// How many the whole list has, where that was wanted.
    pub total: Option<i64>,
    /// The entries after [`Need::from`] that the snapshot contains.
    pub seen: BTreeSet<Position>,
}

/// A live list.
#[derive(Debug)]
pub struct List {
    spec: Spec,
    /// How many rows are kept beyond the page when it is read, and as many more before they are let go.
    spare: u16,
    window: Window,
    count: Count,
    /// Everything up to here was applied.
    at: Position,
    /// From here on the list is of one moment.
    whole_at: Position,
    /// The log does not say any more what a conversation became: all has to be read anew.
    lost: bool,
    shown: Option<Shown>,
    touched: HashSet<ConversationId>,
    /// The entries since what was shown, as long as it is one.
    since: Since,
}

/// What subscribers have.
#[derive(Debug)]
struct Shown {
    ids: Vec<ConversationId>,
    total: i64,
}

#[derive(Debug)]
enum Since {
    Nothing,
    One(Arc<Entry>),
    Many,
}

impl List {
    /// Nothing was read yet; entries after `from` will come.
    #[must_use]
    pub fn new(spec: Spec, spare: u16, from: Position) -> Self {
        Self {
            window: Window::new(spec.order),
            spec,
            spare,
            count: Count::new(),
            at: from,
            whole_at: from,
            lost: false,
            shown: None,
            touched: HashSet::new(),
            since: Since::Nothing,
        }
    }

    /// What the list is.
    #[must_use]
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What has to be read now, if anything.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        let first = usize::from(self.spec.first);
        let missing = if self.lost || self.count.is_unknown() {
            return Some(Need {
                after: None,
                rows: self.spec.first.saturating_add(self.spare),
                count: true,
                from: self.at,
            });
        } else if self.window.is_whole() || self.window.len() >= first {
            return None;
        } else {
            u16::try_from(first - self.window.len()).unwrap_or(u16::MAX)
        };
        Some(Need {
            after: self.window.edge(),
            rows: missing.saturating_add(self.spare),
            count: false,
            from: self.at,
        })
    }

    /// Takes what was read; nothing was applied in between.
    pub fn fill(&mut self, filled: Filled) {
        let last = filled.seen.last().copied();
        self.whole_at = self.whole_at.max(last.unwrap_or(self.at));
        if let Some(total) = filled.total {
            self.lost = false;
            self.window = Window::new(self.spec.order);
            self.count.begin();
            self.count.read(total, filled.seen);
        }
        self.window.extend(filled.rows, filled.more);
    }

    /// Applies an entry; they come in order. The kinds of its conversations' channels are known, if the filter looks
    /// at them.
    pub fn apply(&mut self, entry: &Arc<Entry>, kinds: &Kinds) {
        let Some(position) = entry.position else {
            return;
        };
        let of_one_moment = self.at >= self.whole_at && !self.lost;
        self.at = position;
        self.since = match self.since {
            Since::Nothing => Since::One(Arc::clone(entry)),
            Since::One(_) | Since::Many => Since::Many,
        };
        let mut delta = Some(0);
        for one in moves(entry) {
            let one_more = self.delta(&one, kinds, of_one_moment);
            delta = delta.zip(one_more).map(|(sum, one)| sum + one);
            self.touched.insert(one.id);
            match one.is {
                Is::Same => {}
                Is::Gone => self.window.remove(one.id),
                Is::Unknown => self.lost = true,
                Is::Known(image) => {
                    self.window.remove(one.id);
                    if is_member(&self.spec.filter, image, kinds) {
                        self.window.insert(Arc::new(image.clone()));
                    }
                }
            }
        }
        self.count.apply(position, delta);
        self.touch_others(entry);
        let first = usize::from(self.spec.first);
        let keep = first + 2 * usize::from(self.spare);
        self.window.cut(keep.max(1));
    }

    fn delta(&self, one: &Move<'_>, kinds: &Kinds, of_one_moment: bool) -> Option<i64> {
        let known = one.delta(&self.spec.filter, kinds);
        if known.is_some() || !of_one_moment || one.is == Is::Unknown {
            return known;
        }
        // The window itself may know whether it was of the list.
        let has = self.window.has(one.id);
        let is = matches!(one.is, Is::Known(image) if is_member(&self.spec.filter, image, kinds));
        (has || self.window.is_whole()).then(|| i64::from(is) - i64::from(has))
    }

    /// Rows of which something else changed that is shown with them.
    fn touch_others(&mut self, entry: &Entry) {
        let (watch, touches) = (self.spec.watch, &entry.body.touches);
        let changed_ticket = |id| {
            let subject = Subject::Ticket(id);
            entry.body.tickets.iter().any(|ticket| ticket.id == id)
                || entry.body.effects.iter().any(|e| e.subject == subject)
        };
        let wrote = match entry.actor {
            Actor::Contact(id) => Some(id),
            _ => None,
        };
        let touched = self.window.rows().filter(|row| {
            watch.ticket && row.ticket.is_some_and(changed_ticket)
                || watch.contact && wrote == Some(row.contact)
                || watch.related
                    && (row.ticket.is_some_and(|id| touches.tickets.contains(&id))
                        || touches.contacts.contains(&row.contact)
                        || touches.inboxes.contains(&row.inbox))
        });
        let touched: Vec<_> = touched.map(|row| row.id).collect();
        self.touched.extend(touched);
    }

    /// The list as it is now, where it is of one moment and nothing has to be read.
    #[must_use]
    pub fn page(&mut self) -> Option<Page> {
        if self.at < self.whole_at || self.lost {
            return None;
        }
        if self.window.is_whole() {
            // However it was counted, this is what there is.
            self.count.set(self.window.len() as i64);
        }
        if self.need().is_some() {
            return None;
        }
        let nodes = self.window.rows().take(usize::from(self.spec.first));
        Some(Page {
            nodes: nodes.cloned().collect(),
            total: self.count.exact()?,
            at: self.at,
        })
    }

    /// What the page has become for those who have what was shown last; none when nothing of it changed. From now on
    /// they have this one.
    pub fn show(&mut self, page: &Page) -> Option<Change> {
        let ids = page.nodes.iter().map(|node| node.id).collect();
        let total = page.total;
        let before = self.shown.replace(Shown { ids, total });
        let touched = std::mem::take(&mut self.touched);
        let since = std::mem::replace(&mut self.since, Since::Nothing);
        let before = before?;
        let now: HashSet<_> = page.nodes.iter().map(|node| node.id).collect();
        let left = before.ids.iter().filter(|id| !now.contains(id));
        let left: Vec<_> = left.copied().collect();
        let had: HashSet<_> = before.ids.into_iter().collect();
        let (mut entered, mut updated) = (Vec::new(), Vec::new());
        for (index, node) in page.nodes.iter().enumerate() {
            let node = Arc::clone(node);
            if !had.contains(&node.id) {
                entered.push(Entered { index, node });
            } else if touched.contains(&node.id) {
                updated.push(Entered { index, node });
            }
        }
        let same = left.is_empty() && entered.is_empty() && updated.is_empty();
        if same && before.total == total {
            return None;
        }
        Some(Change {
            left,
            entered,
            updated,
            total,
            at: page.at,
            entry: match since {
                Since::One(entry) => Some(entry),
                Since::Nothing | Since::Many => None,
            },
        })
    }
}
