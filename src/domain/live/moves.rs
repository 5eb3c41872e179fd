//! What a cascade did to each conversation: what it was before, and what it is.

use std::collections::HashMap;

use crate::domain::cascade::{self, Effect, Subject, replay};
use crate::domain::event::Entry;
use crate::domain::filter::{ConversationFilter, ConversationLeaf};
use crate::domain::id::{ChannelId, ConversationId};
use crate::domain::image::Conversation;
use crate::domain::noun::ChannelKind;

/// The kinds of the channels that conversations came by; a channel keeps its kind.
pub type Kinds = HashMap<ChannelId, ChannelKind>;

/// A conversation before a cascade, as far as filters look at it: its version, `closedAt` and subject are not taken
/// back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Was {
    /// It was not there.
    Nothing,
    /// It was this.
    Known(Box<Conversation>),
    /// It was in the trash; the rest is not in the log any more (rule 20).
    Trashed,
    /// The log does not say.
    Unknown,
}

/// A conversation after a cascade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is<'a> {
    /// It is gone for good.
    Gone,
    /// It is this.
    Known(&'a Conversation),
    /// What filters look at is as it was.
    Same,
    /// The log does not say any more: it was purged since.
    Unknown,
}

/// What a cascade did to one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move<'a> {
    /// Which.
    pub id: ConversationId,
    /// Before.
    pub was: Was,
    /// After.
    pub is: Is<'a>,
}

/// What the cascade did, conversation by conversation.
#[must_use]
pub fn moves(entry: &Entry) -> Vec<Move<'_>> {
    let mut moves: Vec<Move<'_>> = Vec::new();
    for effect in &entry.body.effects {
        if let Subject::Conversation(id) = effect.subject
            && !moves.iter().any(|one| one.id == id)
        {
            moves.push(one(entry, id));
        }
    }
    moves
}

fn one(entry: &Entry, id: ConversationId) -> Move<'_> {
    use cascade::Change;
    let subject = Subject::Conversation(id);
    let effects = entry.body.effects.iter();
    let of_it = effects.filter(move |effect| effect.subject == subject);
    if of_it
        .clone()
        .any(|effect| matches!(effect.change, Change::Purged))
    {
        return Move {
            id,
            was: Was::Trashed,
            is: Is::Gone,
        };
    }
    let image = entry.body.conversations.iter().find(|image| image.id == id);
    let Some(image) = image else {
        // A note changes nothing that an image has. All else that has none has been purged since.
        let mut of_it = of_it;
        let kept = |effect: &Effect| matches!(&effect.change, Change::MessageAdded { sha256, .. } if !sha256.is_empty());
        let is = if of_it.all(kept) {
            Is::Same
        } else {
            Is::Unknown
        };
        return Move {
            id,
            was: Was::Unknown,
            is,
        };
    };
    let mut was = Was::Known(Box::new(image.clone()));
    for effect in of_it.rev() {
        take_back(&mut was, effect);
    }
    Move {
        id,
        was,
        is: Is::Known(image),
    }
}

/// The opposite of [`replay::apply`].
fn take_back(was: &mut Was, effect: &Effect) {
    use cascade::Change;
    let Was::Known(conversation) = was else {
        return;
    };
    match &effect.change {
        Change::ConversationCreated { .. } => *was = Was::Nothing,
        Change::Linked { .. } => conversation.ticket = None,
        Change::ConversationStatus { from, .. } => conversation.status = *from,
        Change::Owner { from, .. } => conversation.owner = *from,
        Change::Workspace { from, .. } => conversation.workspace = *from,
        Change::Inbox { from, .. } => conversation.inbox = *from,
        Change::Trashed { .. } => conversation.trash = None,
        Change::Restored { trash } => conversation.trash = Some(*trash),
        Change::MessageAdded {
            message,
            active_before,
            ..
        } => match active_before {
            Some(before) => conversation.last_activity_at = *before,
            // Written by an older server.
            None if replay::moves_activity(conversation, message) => *was = Was::Unknown,
            None => {}
        },
        Change::TicketCreated { .. }
        | Change::TicketStatus { .. }
        | Change::Property { .. }
        | Change::Purged => {}
    }
}

/// Whether a conversation is of the list.
#[must_use]
pub fn is_member(filter: &ConversationFilter, conversation: &Conversation, kinds: &Kinds) -> bool {
    filter.matches(conversation, &|channel| kinds.get(&channel).copied())
}

impl Move<'_> {
    /// By how much the number of those that pass the filter grew; none where the log does not say.
    #[must_use]
    pub fn delta(&self, filter: &ConversationFilter, kinds: &Kinds) -> Option<i64> {
        let is = match self.is {
            Is::Same => return Some(0),
            Is::Unknown => return None,
            Is::Gone => false,
            Is::Known(conversation) => is_member(filter, conversation, kinds),
        };
        let was = match &self.was {
            Was::Nothing => false,
            Was::Known(conversation) => is_member(filter, conversation, kinds),
            Was::Trashed if !filter.in_trash => false,
            Was::Trashed if asks_for_nothing(filter) => true,
            Was::Trashed | Was::Unknown => return None,
        };
        Some(i64::from(is) - i64::from(was))
    }
}

/// Whether all in the trash pass.
fn asks_for_nothing(filter: &ConversationFilter) -> bool {
    !filter.condition.names(&|_| true) && filter.condition.holds(&|_| true)
}

/// Whether the filter looks at kinds of channels, which images do not have.
#[must_use]
pub fn names_channels(filter: &ConversationFilter) -> bool {
    filter
        .condition
        .names(&|leaf| matches!(leaf, ConversationLeaf::Channel(_)))
}
