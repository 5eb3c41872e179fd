//! Pages by key, never by number: a page deep down costs like the first, and rows that come or go in between
//! neither repeat nor hide others.

use std::collections::HashMap;

use chrono::DateTime;
use uuid::Uuid;

use super::binds::Binds;
use crate::store::sql::Bind;

/// The sort key of a row with the id that breaks ties: where a page begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Microseconds since 1970 for a time, or the number itself.
    pub value: i64,
    /// Breaks ties; nil where the value is unique.
    pub id: Uuid,
}

/// The longest page that comes along with the thing whose list it is of: more than a screen shows at once.
const ALONG_AT_MOST: u16 = 50;

/// Which rows of a list are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Page {
    /// How many, at most.
    pub size: u16,
    /// From the end of the list instead of its beginning.
    pub backward: bool,
    /// Only what comes after it.
    pub after: Option<Key>,
    /// Only what comes before it.
    pub before: Option<Key>,
}

/// The rows of a page, in the list's order, and whether the list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// In the list's order.
    pub rows: Vec<T>,
    /// Whether there are more before these.
    pub more_before: bool,
    /// Whether there are more after these.
    pub more_after: bool,
}

impl<T> Rows<T> {
    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Rows<U> {
        Rows {
            rows: self.rows.into_iter().map(change).collect(),
            more_before: self.more_before,
            more_after: self.more_after,
        }
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            more_before: false,
            more_after: false,
        }
    }
}

/// How a key is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyType {
    /// `timestamptz`
    Time,
    /// `integer`
    Int,
    /// `bigint`
    Big,
}

/// The order of a list: by `value`, then by `id`, both in the same direction, so that one index serves both ways.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keyset {
    /// The expression that is sorted by.
    pub value: &'static str,
    /// The column that breaks ties; none where the value is unique.
    pub id: Option<&'static str>,
    /// Of the value.
    pub key_type: KeyType,
    /// Highest first.
    pub descending: bool,
}

impl Keyset {
    fn bind(self, value: i64) -> Bind {
        match self.key_type {
            // The cursor was checked when it was read; a moment out of range cannot come here.
            KeyType::Time => Bind::Time(DateTime::from_timestamp_micros(value).unwrap_or_default()),
            KeyType::Int => Bind::Int(i32::try_from(value).unwrap_or(i32::MAX)),
            KeyType::Big => Bind::Big(value),
        }
    }

    fn bound(self, key: Key, wants_higher: bool, binds: &mut Binds) -> String {
        let sign = if wants_higher { '>' } else { '<' };
        let value = binds.push(self.bind(key.value));
        match self.id {
            Some(id) => {
                let tie = binds.push(Bind::Uuid(key.id));
                format!(" AND ({}, {id}) {sign} ({value}, {tie})", self.value)
            }
            None => format!(" AND {} {sign} {value}", self.value),
        }
    }
}

impl Page {
    /// A first page of that size.
    #[must_use]
    pub const fn first(size: u16) -> Self {
        Self {
            size,
            backward: false,
            after: None,
            before: None,
        }
    }

    /// Further conditions that keep to the page: empty, or begins with ` AND`.
    pub(super) fn bounds(&self, keyset: Keyset, binds: &mut Binds) -> String {
        let mut text = String::new();
        if let Some(key) = self.after {
            text += &keyset.bound(key, !keyset.descending, binds);
        }
        if let Some(key) = self.before {
            text += &keyset.bound(key, keyset.descending, binds);
        }
        text
    }

    /// ` ORDER BY … LIMIT …` with at least one row more than wanted, which tells whether the list goes on.
    ///
    /// The limit is written out, because a plan that is kept for all values of a bound one expects a tenth of the table;
    /// and it is one of few, so that few plans are kept.
    pub(super) fn order(&self, keyset: Keyset) -> String {
        self.limited(keyset, &[1, 5, 10, 20, 25, 50, 100])
    }

    /// The same of a list that comes along with its thing: of fewer sizes, because each stands in one statement with those
    /// of other lists.
    pub(super) fn order_along(&self, keyset: Keyset) -> String {
        self.limited(keyset, &[5, 20, ALONG_AT_MOST])
    }

    fn limited(&self, keyset: Keyset, sizes: &[u16]) -> String {
        let size = sizes.iter().find(|size| **size >= self.size);
        let limit = u32::from(*size.unwrap_or(&self.size)) + 1;
        format!("{} LIMIT {limit}", self.sorted(keyset))
    }

    /// Whether it may come along with the thing whose list it is of, as a column of its row: a short end of the list.
    #[must_use]
    pub const fn may_come_along(&self) -> bool {
        self.after.is_none() && self.before.is_none() && self.size <= ALONG_AT_MOST
    }

    /// ` ORDER BY …` alone.
    pub(super) fn sorted(&self, keyset: Keyset) -> String {
        let direction = if keyset.descending == self.backward {
            "ASC"
        } else {
            "DESC"
        };
        let tie = keyset
            .id
            .map_or(String::new(), |id| format!(", {id} {direction}"));
        format!(" ORDER BY {} {direction}{tie}", keyset.value)
    }

    /// Cuts what the statement brought to the page, in the list's order; how much it brought too many does not
    /// matter. Where the page is bounded by a key, there is more beyond it: the row that it names, or was there when it
    /// was handed out.
    pub fn cut<T>(&self, mut rows: Vec<T>) -> Rows<T> {
        let more = rows.len() > usize::from(self.size);
        rows.truncate(usize::from(self.size));
        if self.backward {
            rows.reverse();
            Rows {
                rows,
                more_before: more || self.after.is_some(),
                more_after: self.before.is_some(),
            }
        } else {
            Rows {
                rows,
                more_before: self.after.is_some(),
                more_after: more || self.before.is_some(),
            }
        }
    }
}

/// Deals the rows of one statement out to the lists that they belong to; a list without rows is empty.
pub(super) fn by_parent<T>(
    page: Page,
    parents: Vec<Uuid>,
    rows: Vec<T>,
    parent_of: impl Fn(&T) -> Uuid,
) -> Vec<(Uuid, Rows<T>)> {
    let mut lists: HashMap<Uuid, Vec<T>> = HashMap::with_capacity(parents.len());
    for row in rows {
        lists.entry(parent_of(&row)).or_default().push(row);
    }
    let list = |parent| (parent, page.cut(lists.remove(&parent).unwrap_or_default()));
    parents.into_iter().map(list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: Keyset = Keyset {
        value: "c.at",
        id: Some("c.id"),
        key_type: KeyType::Time,
        descending: true,
    };
    const KEY: Key = Key {
        value: 0,
        id: Uuid::nil(),
    };

    #[test]
    fn after_goes_down_a_descending_list_and_before_up() {
        let page = Page {
            after: Some(KEY),
            before: Some(KEY),
            ..Page::first(2)
        };
        let mut binds = Binds::default();
        assert_eq!(
            page.bounds(NEWEST, &mut binds),
            " AND (c.at, c.id) < ($1, $2) AND (c.at, c.id) > ($3, $4)"
        );
        assert_eq!(page.order(NEWEST), " ORDER BY c.at DESC, c.id DESC LIMIT 6");
    }

    #[test]
    fn a_backward_page_is_read_from_the_end_and_shown_in_order() {
        let page = Page {
            backward: true,
            ..Page::first(2)
        };
        assert_eq!(page.order(NEWEST), " ORDER BY c.at ASC, c.id ASC LIMIT 6");
        let rows = page.cut(vec![1, 2, 3]);
        assert_eq!(
            (rows.rows, rows.more_before, rows.more_after),
            (vec![2, 1], true, false)
        );
    }
}
