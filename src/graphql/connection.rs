//! Pagination, written once: Relay connections over pages by key.

use std::borrow::Cow;

use async_graphql::{Context, Object, SimpleObject, TypeName};

use super::cursor::ListId;
use super::limits::Limits;
use super::plain::{At, Listing, Plain, Plan, Written};
use super::state::{Reader, reader};
use crate::error::{Error, Result};
use crate::store::read::page::{Key, Page, Rows};

mod total;

pub use total::Total;

/// The arguments of a list.
#[derive(Debug, Clone, Default)]
pub struct PageArgs {
    /// At most so many, from the beginning.
    pub first: Option<i32>,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// At most so many, from the end.
    pub last: Option<i32>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

impl PageArgs {
    /// Of a list that is read from its beginning only.
    #[must_use]
    pub const fn forward(first: Option<i32>, after: Option<String>) -> Self {
        Self {
            first,
            after,
            last: None,
            before: None,
        }
    }

    /// Holds the arguments against the limits and the list.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`, which names the argument, and `BAD_CURSOR`.
    pub fn page(&self, list: ListId, limits: &Limits) -> Result<Page> {
        if self.first.is_some() && self.last.is_some() {
            let message = "`first` and `last` exclude each other; give one of them.";
            return Err(Error::request("BAD_USER_INPUT", message));
        }
        let size = |count: Option<i32>, argument: &str| match count.map(u16::try_from) {
            None => Ok(limits.page_default),
            Some(Ok(count)) if count <= limits.page_max => Ok(count),
            Some(_) => {
                let message = format!("`{argument}` must be from 0 to {}.", limits.page_max);
                Err(Error::request("BAD_USER_INPUT", message))
            }
        };
        let key = |cursor: &Option<String>, argument: &str| {
            let cursor = cursor.as_deref();
            cursor.map(|text| list.decode(text, argument)).transpose()
        };
        // `before` alone asks for what is just before it, not for the beginning of the list.
        let backward = self.last.is_some()
            || (self.first.is_none() && self.after.is_none() && self.before.is_some());
        Ok(Page {
            size: if backward {
                size(self.last, "last")?
            } else {
                size(self.first, "first")?
            },
            backward,
            after: key(&self.after, "after")?,
            before: key(&self.before, "before")?,
        })
    }
}

/// What connections can have as nodes.
pub trait Listed: Plain {
    /// The name of its connection.
    const CONNECTION: &'static str;
    /// The name of its edge.
    const EDGE: &'static str;
}

/// Where a page stands in its list.
#[derive(Debug, Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether there is more after this page. Before a cursor there always is: the row that it names, or where it was.
    pub has_next_page: bool,
    /// Whether there is more before this page. After a cursor there always is: the row that it names, or where it was.
    pub has_previous_page: bool,
    /// The cursor of the first row: `before` it is the previous page.
    pub start_cursor: Option<String>,
    /// The cursor of the last row: `after` it is the next page.
    pub end_cursor: Option<String>,
}

/// One row of a page.
pub struct Edge<T> {
    node: T,
    list: ListId,
    key: Key,
}

impl<T: Listed> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        T::EDGE.into()
    }
}

/// One row of a page.
#[Object(name_type)]
impl<T: Listed> Edge<T> {
    /// Where the row stands in its list; stays right when the row has changed or gone.
    async fn cursor(&self) -> String {
        self.list.encode(self.key)
    }

    /// The row.
    async fn node(&self) -> &T {
        &self.node
    }
}

impl<T: Listed> Plain for Edge<T> {
    fn plain(&self, field: &str, below: &Plan<'_>, at: &mut At<'_>) -> Option<Written> {
        match field {
            "cursor" => at.id(self.list.encode(self.key)),
            "node" => at.object(below, &self.node),
            _ => None,
        }
    }
}

/// A page of a list.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    list: ListId,
    more_before: bool,
    more_after: bool,
    total: Total,
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        T::CONNECTION.into()
    }
}

impl<T: Listed> Connection<T> {
    /// The page that these rows are. `wrap` makes a node of a row and tells its key.
    pub fn new<R>(list: ListId, rows: Rows<R>, total: Total, wrap: impl Fn(R) -> (Key, T)) -> Self {
        let edges = rows.rows.into_iter().map(wrap);
        Self {
            edges: edges.map(|(key, node)| Edge { node, list, key }).collect(),
            list,
            more_before: rows.more_before,
            more_after: rows.more_after,
            total,
        }
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: Listed> Connection<T> {
    /// The rows with their cursors.
    async fn edges(&self) -> Listing<'_, Edge<T>> {
        Listing(self.edges.iter().collect())
    }

    /// The rows alone.
    async fn nodes(&self) -> Listing<'_, T> {
        Listing(self.edges.iter().map(|edge| &edge.node).collect())
    }

    /// Where the page stands.
    async fn page_info(&self) -> PageInfo {
        let cursor = |edge: &Edge<T>| self.list.encode(edge.key);
        PageInfo {
            has_next_page: self.more_after,
            has_previous_page: self.more_before,
            start_cursor: self.edges.first().map(cursor),
            end_cursor: self.edges.last().map(cursor),
        }
    }

    /// How many rows the whole list has. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let reader: std::sync::Arc<Reader> = reader(ctx)?;
        let count = self.total.count(&reader).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::super::cursor::ListKind;
    use super::*;

    const LIST: ListId = ListId::by_time(ListKind::Trash, 0);

    fn page(args: PageArgs) -> std::result::Result<Page, String> {
        args.page(LIST, &Limits::default())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn says_which_argument_is_wrong() {
        for (first, last, named) in [
            (Some(101), None, "`first`"),
            (Some(-1), None, "`first`"),
            (None, Some(101), "`last`"),
            (None, Some(i32::MIN), "`last`"),
            (Some(1), Some(1), "`first` and `last`"),
        ] {
            let args = PageArgs {
                first,
                last,
                ..PageArgs::default()
            };
            let error = page(args).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn before_alone_goes_back_from_there() {
        let cursor = LIST.encode(Key {
            value: 0,
            id: uuid::Uuid::nil(),
        });
        let back = page(PageArgs {
            before: Some(cursor.clone()),
            ..PageArgs::default()
        });
        assert!(back.is_ok_and(|page| page.backward && page.size == 25));
        let start = page(PageArgs {
            first: Some(2),
            before: Some(cursor),
            ..PageArgs::default()
        });
        assert!(start.is_ok_and(|page| !page.backward && page.size == 2));
    }
}
