//! The inputs of the API.

mod cascade_filter;
mod conversation_filter;
pub mod conversations;
pub mod credentials;
pub mod given;
pub mod ids;
pub mod messages;
mod order;
pub mod presence;
pub mod property;
pub mod saved_views;
pub mod settings;
mod ticket_filter;
pub mod tickets;
pub mod trash;

pub use cascade_filter::CascadeFilter;
pub use conversation_filter::ConversationFilter;
pub use order::{ConversationOrder, Direction, TicketOrder};
pub use property::PropertyInputValue;
pub use ticket_filter::{PropertyFilter, TicketFilter};

use async_graphql::InputObject;

use super::limits::Limits;
use super::scalars::DateTime;
use crate::domain::filter::TimeRange;
use crate::domain::id::UserId;
use crate::error::{Error, Result};

/// From (inclusive) and before (exclusive); either may be left out.
#[derive(InputObject, Debug, Clone)]
pub struct DateTimeRange {
    /// At or after this moment.
    from: Option<DateTime>,
    /// Before this moment.
    before: Option<DateTime>,
}

impl From<DateTimeRange> for TimeRange {
    fn from(range: DateTimeRange) -> Self {
        Self {
            from: range.from.map(|time| time.0),
            before: range.before.map(|time| time.0),
        }
    }
}

/// The options that most commands take.
fn options(expected_version: Option<i32>, dry_run: Option<bool>) -> crate::service::Options {
    crate::service::Options {
        expected_version,
        dry_run: dry_run.unwrap_or(false),
    }
}

/// Counts what a filter has while it is read, and refuses one that is too large.
struct Budget<'a> {
    limits: &'a Limits,
    /// Whose `ownedByMe` means; an integration is no user.
    me: Option<UserId>,
    conditions: usize,
}

impl<'a> Budget<'a> {
    const fn new(limits: &'a Limits, me: Option<UserId>) -> Self {
        Self {
            limits,
            me,
            conditions: 0,
        }
    }

    /// Goes into a level; the outermost is 1.
    fn enter(&mut self, level: usize) -> Result<()> {
        if level > self.limits.filter_depth {
            let message = format!(
                "`filter` is nested more than {} levels deep; put what is inside `and`, `or` and `not` together.",
                self.limits.filter_depth
            );
            return Err(Error::request("BAD_USER_INPUT", message));
        }
        self.take()
    }

    /// Takes one condition.
    fn take(&mut self) -> Result<()> {
        self.conditions += 1;
        // The outermost level itself is no condition.
        if self.conditions > self.limits.filter_conditions + 1 {
            let message = format!(
                "`filter` has more than {} conditions; ask for less at once.",
                self.limits.filter_conditions
            );
            return Err(Error::request("BAD_USER_INPUT", message));
        }
        Ok(())
    }

    /// Takes a condition that holds a list.
    fn take_list<T>(&mut self, list: &[T], name: &str) -> Result<()> {
        too_long(list, name, self.limits)?;
        self.take()
    }
}

/// Refuses a list of a filter that is longer than lists of ids may be.
fn too_long<T>(list: &[T], name: &str, limits: &Limits) -> Result<()> {
    if list.len() > limits.ids {
        let (found, limit) = (list.len(), limits.ids);
        let message = format!("`filter.{name}` has {found} values; {limit} are allowed at most.");
        return Err(Error::request("BAD_USER_INPUT", message));
    }
    Ok(())
}

/// `inTrash` decides about the whole list, so it stands at the outermost level only.
fn trash_inside() -> Error {
    let message = "`inTrash` is allowed at the top level of a filter only.";
    Error::request("BAD_USER_INPUT", message)
}
