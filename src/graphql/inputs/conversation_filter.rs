//! Which conversations.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::{Budget, DateTimeRange, trash_inside};
use crate::domain::filter::{self, Condition, ConversationLeaf as Leaf};
use crate::domain::id::{ContactId, InboxId, TicketId, UserId};
use crate::error::Result;
use crate::graphql::limits::Limits;
use crate::graphql::types::{ChannelKind, ConversationStatus, Workspace};

/// All that is given must hold. A field that is left out, or null where that means nothing else, asks for nothing.
/// At most 5 levels and 50 conditions.
#[derive(InputObject, Debug, Clone, Default)]
pub struct ConversationFilter {
    /// In this inbox.
    inbox_id: Option<ID>,
    /// With this contact.
    contact_id: Option<ID>,
    /// Of this ticket.
    ticket_id: Option<ID>,
    /// Open or closed.
    status: Option<ConversationStatus>,
    /// Worked on there.
    workspace: Option<Workspace>,
    /// Came by a channel of one of these kinds; an empty list finds nothing.
    channel: Option<Vec<ChannelKind>>,
    /// Of this owner. `null` finds conversations without an owner; leave it out for any.
    owner_id: MaybeUndefined<ID>,
    /// Of whoever asks, so that a filter that is shared means each one's own; `false`: of anybody else or nobody. An
    /// integration owns nothing.
    owned_by_me: Option<bool>,
    /// Has a ticket, or has none.
    has_ticket: Option<bool>,
    /// Was last active then.
    last_activity_at: Option<DateTimeRange>,
    /// Only at the top level; left out: not in the trash.
    in_trash: Option<bool>,
    /// All of these hold as well.
    and: Option<Vec<ConversationFilter>>,
    /// At least one of these holds as well; an empty list finds nothing.
    or: Option<Vec<ConversationFilter>>,
    /// This does not hold.
    not: Option<Box<ConversationFilter>>,
}

/// A condition on an id. One that is malformed or of something else finds nothing.
pub(super) fn id<Id, Leaf>(
    id: std::result::Result<Id, crate::domain::id::IdError>,
    leaf: impl Fn(Id) -> Leaf,
) -> Condition<Leaf> {
    id.map_or_else(
        |_finds_nothing| Condition::never(),
        |id| Condition::Is(leaf(id)),
    )
}

/// Of that user or, where not `mine`, of anybody else or nobody. Nobody owns nothing.
pub(super) fn owned_by<Leaf>(
    me: Option<UserId>,
    mine: bool,
    leaf: impl Fn(UserId) -> Leaf,
) -> Condition<Leaf> {
    let own = me.map_or_else(Condition::never, |me| Condition::Is(leaf(me)));
    if mine {
        own
    } else {
        Condition::Not(Box::new(own))
    }
}

impl ConversationFilter {
    /// Reads what the client sent; nothing sent is everything outside the trash. `me`: whose `ownedByMe` means.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that is too large or has `inTrash` inside.
    pub fn read(
        filter: Option<Self>,
        me: Option<UserId>,
        limits: &Limits,
    ) -> Result<filter::ConversationFilter> {
        let mut filter = filter.unwrap_or_default();
        let in_trash = filter.in_trash.take().unwrap_or(false);
        let condition = filter.condition(1, &mut Budget::new(limits, me))?;
        Ok(filter::ConversationFilter {
            in_trash,
            condition,
        })
    }

    fn condition(self, level: usize, budget: &mut Budget<'_>) -> Result<Condition<Leaf>> {
        budget.enter(level)?;
        if self.in_trash.is_some() {
            return Err(trash_inside());
        }
        let mut all = Vec::new();
        let mut push = |condition, budget: &mut Budget<'_>| {
            all.push(condition);
            budget.take()
        };
        if let Some(text) = self.inbox_id {
            push(id(InboxId::parse(&text), Leaf::Inbox), budget)?;
        }
        if let Some(text) = self.contact_id {
            push(id(ContactId::parse(&text), Leaf::Contact), budget)?;
        }
        if let Some(text) = self.ticket_id {
            push(id(TicketId::parse(&text), Leaf::Ticket), budget)?;
        }
        if let Some(status) = self.status {
            push(Condition::Is(Leaf::Status(status.into())), budget)?;
        }
        if let Some(workspace) = self.workspace {
            push(Condition::Is(Leaf::Workspace(workspace.into())), budget)?;
        }
        match self.owner_id {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => push(Condition::Is(Leaf::Owner(None)), budget)?,
            MaybeUndefined::Value(text) => {
                let owner = id(UserId::parse(&text), |id| Leaf::Owner(Some(id)));
                push(owner, budget)?;
            }
        }
        if let Some(mine) = self.owned_by_me {
            let owner = owned_by(budget.me, mine, |me| Leaf::Owner(Some(me)));
            push(owner, budget)?;
        }
        if let Some(has) = self.has_ticket {
            push(Condition::Is(Leaf::HasTicket(has)), budget)?;
        }
        if let Some(range) = self.last_activity_at {
            push(Condition::Is(Leaf::LastActivity(range.into())), budget)?;
        }
        if let Some(kinds) = self.channel {
            budget.take_list(&kinds, "channel")?;
            let kinds = kinds.into_iter().map(Into::into).collect();
            all.push(Condition::Is(Leaf::Channel(kinds)));
        }
        let inner = |filters: Vec<Self>, budget: &mut Budget<'_>| {
            let inner = filters.into_iter();
            inner
                .map(|filter| filter.condition(level + 1, budget))
                .collect::<Result<Vec<_>>>()
        };
        if let Some(filters) = self.and {
            all.extend(inner(filters, budget)?);
        }
        if let Some(filters) = self.or {
            all.push(Condition::Any(inner(filters, budget)?));
        }
        if let Some(filter) = self.not {
            let negated = filter.condition(level + 1, budget)?;
            all.push(Condition::Not(Box::new(negated)));
        }
        Ok(Condition::all(all))
    }
}
