//! The inboxes that a person is limited to.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Viewer;
use crate::domain::filter::{Condition, ConversationFilter, ConversationLeaf};
use crate::domain::id::InboxId;
use crate::domain::image::Conversation;
use crate::domain::saved_view::SavedView;

/// The inboxes that a person is limited to: what is in others does not exist for them. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limits(Arc<[InboxId]>);

impl Limits {
    /// Limited to these; to none of them: to what is in no inbox.
    #[must_use]
    pub fn to(inboxes: impl IntoIterator<Item = InboxId>) -> Self {
        // In one order, so that equal limits are equal, also as texts.
        let inboxes: BTreeSet<_> = inboxes.into_iter().collect();
        Self(inboxes.into_iter().collect())
    }

    /// Whether the inbox is one of them.
    #[must_use]
    pub fn has(&self, inbox: InboxId) -> bool {
        self.0.binary_search(&inbox).is_ok()
    }

    /// All of them, each once.
    #[must_use]
    pub fn inboxes(&self) -> &[InboxId] {
        &self.0
    }

    /// As Postgres writes an array of uuids. Nothing but hexadecimal digits, hyphens, commas and braces is in it.
    #[must_use]
    pub fn literal(&self) -> String {
        let ids: Vec<_> = self.0.iter().map(|id| id.0.to_string()).collect();
        format!("{{{}}}", ids.join(","))
    }

    /// Of a list, what is in these inboxes.
    #[must_use]
    pub fn within(&self, filter: ConversationFilter) -> ConversationFilter {
        let limit = Condition::Is(ConversationLeaf::InboxIn(Arc::clone(&self.0)));
        let condition = match filter.condition {
            Condition::All(mut all) => {
                all.push(limit);
                Condition::all(all)
            }
            other => Condition::all(vec![other, limit]),
        };
        ConversationFilter {
            condition,
            ..filter
        }
    }

    /// Whether a text, the JSON of a filter, names nothing that may be beyond the limits: no other inbox, and no single
    /// ticket, of which it cannot be told here.
    fn allow(&self, json: &str) -> bool {
        let words = json.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.into_iter().all(|word| match InboxId::parse(word) {
            Ok(inbox) => self.has(inbox),
            Err(_) => crate::domain::id::TicketId::parse(word).is_err(),
        })
    }
}

impl Viewer {
    /// Whether the inbox is there for them.
    #[must_use]
    pub fn sees_inbox(&self, inbox: InboxId) -> bool {
        self.limits.as_ref().is_none_or(|limits| limits.has(inbox))
    }

    /// Whether the conversation is there for them.
    #[must_use]
    pub fn sees_conversation(&self, conversation: &Conversation) -> bool {
        self.sees_inbox(conversation.inbox)
    }

    /// Whether a ticket is there for them that has these conversations: a ticket is seen through them, so that whoever
    /// is limited sees none that has none. Only a bulk load makes such.
    #[must_use]
    pub fn sees_ticket<'c>(
        &self,
        conversations: impl IntoIterator<Item = &'c Conversation>,
    ) -> bool {
        let mut conversations = conversations.into_iter();
        self.limits.is_none() || conversations.any(|one| self.sees_conversation(one))
    }

    /// Of a list of conversations, what is there for them.
    #[must_use]
    pub fn within(&self, filter: ConversationFilter) -> ConversationFilter {
        match &self.limits {
            Some(limits) => limits.within(filter),
            None => filter,
        }
    }

    /// Whether a saved view is there for them: their own, and what is shared; but of what others share, nothing that
    /// names what they do not see.
    #[must_use]
    pub fn sees_view(&self, view: &SavedView) -> bool {
        let own = self.user() == Some(view.owner);
        let allowed = || {
            let limits = self.limits.as_ref();
            limits.is_none_or(|limits| limits.allow(&view.filter))
        };
        own || (view.shared && allowed())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn inbox(n: u128) -> InboxId {
        InboxId(Uuid::from_u128(n))
    }

    #[test]
    fn equal_limits_are_equal_whatever_their_order() {
        let (one, other) = (
            Limits::to([inbox(2), inbox(1), inbox(2)]),
            Limits::to([inbox(1), inbox(2)]),
        );
        assert_eq!(one, other);
        assert_eq!(one.literal(), other.literal());
        assert!(one.has(inbox(1)) && one.has(inbox(2)) && !one.has(inbox(3)));
        assert_eq!(Limits::to([]).literal(), "{}");
    }

    #[test]
    fn a_list_keeps_its_filter_and_gets_the_limits() {
        let filter = ConversationFilter::default();
        let within = |filter: &ConversationFilter, n| {
            let at = |leaf: &ConversationLeaf| match leaf {
                ConversationLeaf::InboxIn(ids) => ids.contains(&inbox(n)),
                _ => false,
            };
            filter.condition.holds(&at)
        };
        let none = Limits::to([]).within(filter.clone());
        assert!(!within(&none, 1));
        let some = Limits::to([inbox(1), inbox(2)]).within(filter);
        assert!(within(&some, 1) && within(&some, 2) && !within(&some, 3));
        let both = Limits::to([inbox(1)]).within(ConversationFilter {
            in_trash: true,
            condition: Condition::Not(Box::new(Condition::Is(ConversationLeaf::HasTicket(true)))),
        });
        assert!(both.in_trash);
        assert!(within(&both, 1) && !within(&both, 2));
        assert!(!both.condition.holds(&|_| true));
    }

    #[test]
    fn a_filter_that_names_what_is_not_seen_is_told() {
        let limits = Limits::to([inbox(1)]);
        let (seen, hidden) = (inbox(1), inbox(2));
        assert!(limits.allow(&format!(r#"{{"inboxId":"{seen}"}}"#)));
        assert!(!limits.allow(&format!(r#"{{"or":[{{"inboxId":"{hidden}"}}]}}"#)));
        let ticket = crate::domain::id::TicketId(Uuid::from_u128(7));
        assert!(!limits.allow(&format!(r#"{{"ticketId":"{ticket}"}}"#)));
        assert!(limits.allow(r#"{"status":"OPEN"}"#));
    }
}
