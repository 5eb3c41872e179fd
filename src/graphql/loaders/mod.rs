//! The loaders of one response.

mod joined;
mod log;
mod pages;
mod settings;

pub use joined::{ConversationsJoined, TicketsJoined};
pub use log::{Entries, Undos};
pub use pages::{
    ConversationCounts, ConversationPages, MessageCounts, MessagePages, TicketCounts, TicketPages,
    TimelineCounts, Timelines,
};
pub use settings::{
    ChannelsOfInbox, Definitions, InboxesOfUser, OwnAccount, Panels, StatusesOfPipeline,
};

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::loader::{Base, Batch, Loader};
use super::turns::Turns;
use crate::domain::id::{
    ChannelId, ContactId, ConversationId, InboxId, IntegrationId, MessageId, PipelineId,
    PropertyId, SavedViewId, StatusId, TicketId, TrashGroupId, UserId,
};
use crate::domain::image::{Conversation, Held, Ticket};
use crate::domain::saved_view::SavedView;
use crate::error::Result;
use crate::store::read::joins::{ConversationJoins, TicketJoins};
use crate::store::read::{
    Source, conversation, desk, message, property, saved_view, ticket, trash, user,
};

/// That what a batch loads is kept for later responses.
macro_rules! kept {
    () => {
        fn kept(source: &Source, key: &Self::Key) -> Option<Self::Value> {
            source.kept(*key)
        }

        fn keep(source: &Source, key: &Self::Key, value: &Self::Value) {
            source.keep(*key, value);
        }
    };
}
use kept;

macro_rules! things_by_id {
    ($($(#[$doc:meta])* $batch:ident: $key:ty => $value:ty, $read:path $(, $kept:ident)?;)*) => {$(
        $(#[$doc])*
        pub struct $batch;

        impl Batch for $batch {
            type Key = $key;
            type Value = Arc<$value>;

            async fn load(source: Source, keys: Vec<$key>) -> Result<Vec<($key, Arc<$value>)>> {
                let rows = $read(&source, keys.iter().map(|key| key.0).collect()).await?;
                Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
            }

            $($kept!();)?
        }
    )*};
}

things_by_id! {
    /// Users by id.
    Users: UserId => user::User, user::users_by_id, kept;
    /// Integrations by id.
    Integrations: IntegrationId => user::Integration, user::integrations_by_id;
    /// Contacts by id.
    Contacts: ContactId => user::Contact, user::contacts_by_id;
    /// Inboxes by id.
    Inboxes: InboxId => desk::Inbox, desk::inboxes_by_id, kept;
    /// Channels by id.
    Channels: ChannelId => desk::Channel, desk::channels_by_id;
    /// Pipelines by id.
    Pipelines: PipelineId => desk::Pipeline, desk::pipelines_by_id, kept;
    /// Statuses by id.
    Statuses: StatusId => desk::Status, desk::statuses_by_id, kept;
    /// Messages by id.
    Messages: MessageId => message::Message, message::messages_by_id;
    /// Trash groups by id.
    TrashGroups: TrashGroupId => trash::TrashGroup, trash::groups_by_id;
    /// Saved views by id, whoever keeps them.
    SavedViews: SavedViewId => SavedView, saved_view::views_by_id;
}

/// Conversations by id.
pub struct Conversations;

impl Batch for Conversations {
    type Key = ConversationId;
    type Value = Arc<Conversation>;

    async fn load(
        source: Source,
        keys: Vec<ConversationId>,
    ) -> Result<Vec<(ConversationId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = conversation::conversations_by_id(&source, ids, ConversationJoins::NONE).await?;
        let images = rows.into_iter().map(|row| row.conversation);
        Ok(images.map(|image| (image.id, image)).collect())
    }
}

/// Tickets by id, without their properties.
pub struct Tickets;

impl Batch for Tickets {
    type Key = TicketId;
    type Value = Arc<Ticket>;

    async fn load(source: Source, keys: Vec<TicketId>) -> Result<Vec<(TicketId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = ticket::tickets_by_id(&source, ids, TicketJoins::NONE).await?;
        let images = rows.into_iter().map(|row| row.ticket);
        Ok(images.map(|image| (image.id, image)).collect())
    }
}

/// Collects what belongs to the same thing, in the order in which it comes.
fn grouped<K: Eq + Hash, V>(rows: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Arc<Vec<V>>)> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
        .into_iter()
        .map(|(key, values)| (key, Arc::new(values)))
        .collect()
}

/// Loads keys that take several statements, all at once. Each key says what it asks for and what its statement is.
async fn by_statement<I, S, R, F>(
    keys: impl IntoIterator<Item = (I, S)>,
    load: impl Fn(S, Vec<I>) -> F,
) -> Result<Vec<R::Item>>
where
    S: Eq + Hash,
    R: IntoIterator,
    F: Future<Output = Result<R>>,
{
    let mut statements: HashMap<S, Vec<I>> = HashMap::new();
    for (item, statement) in keys {
        statements.entry(statement).or_default().push(item);
    }
    let loads = statements
        .into_iter()
        .map(|(statement, items)| load(statement, items));
    Ok(try_join_all(loads).await?.into_iter().flatten().collect())
}

/// The properties of a ticket.
pub struct Properties;

impl Batch for Properties {
    type Key = TicketId;
    type Value = Arc<BTreeMap<PropertyId, Held>>;

    async fn load(source: Source, keys: Vec<TicketId>) -> Result<Vec<(TicketId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = property::held_by_tickets(&source, ids).await?;
        let mut tickets: HashMap<TicketId, BTreeMap<PropertyId, Held>> = HashMap::new();
        for (ticket, definition, held) in rows {
            tickets.entry(ticket).or_default().insert(definition, held);
        }
        Ok(tickets
            .into_iter()
            .map(|(id, held)| (id, Arc::new(held)))
            .collect())
    }
}

/// The last message of a conversation.
pub struct LastMessages;

impl Batch for LastMessages {
    type Key = ConversationId;
    type Value = Arc<message::Message>;

    async fn load(
        source: Source,
        keys: Vec<ConversationId>,
    ) -> Result<Vec<(ConversationId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = message::last_of_conversations(&source, ids).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.conversation, Arc::new(row)))
            .collect())
    }
}

/// The ids of what a trash group has of one table.
pub struct GroupTickets;

impl Batch for GroupTickets {
    type Key = TrashGroupId;
    type Value = Arc<Vec<TicketId>>;

    async fn load(
        source: Source,
        keys: Vec<TrashGroupId>,
    ) -> Result<Vec<(TrashGroupId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = trash::tickets_of_groups(&source, ids).await?;
        Ok(grouped(
            rows.into_iter()
                .map(|(group, id)| (group.into(), id.into())),
        ))
    }
}

/// The conversations of a trash group.
pub struct GroupConversations;

impl Batch for GroupConversations {
    type Key = TrashGroupId;
    type Value = Arc<Vec<ConversationId>>;

    async fn load(
        source: Source,
        keys: Vec<TrashGroupId>,
    ) -> Result<Vec<(TrashGroupId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = trash::conversations_of_groups(&source, ids).await?;
        Ok(grouped(
            rows.into_iter()
                .map(|(group, id)| (group.into(), id.into())),
        ))
    }
}

macro_rules! loaders {
    ($($(#[$doc:meta])* $field:ident: $batch:ident,)*) => {
        /// All loaders of one response; made fresh for every request and for every pushed cascade.
        pub struct Loaders {
            $($(#[$doc])* pub $field: Loader<$batch>,)*
        }

        impl Loaders {
            /// Loaders that know nothing yet.
            #[must_use]
            pub fn new(source: &Source, turns: &Arc<Turns>) -> Self {
                let (source, turns) = (source.clone(), Arc::clone(turns));
                let base = Arc::new(Base { source, turns });
                Self { $($field: Loader::new(Arc::clone(&base)),)* }
            }
        }
    };
}

loaders! {
    /// The account itself.
    account: OwnAccount,
    /// Users.
    users: Users,
    /// Integrations.
    integrations: Integrations,
    /// Contacts.
    contacts: Contacts,
    /// Inboxes.
    inboxes: Inboxes,
    /// Inboxes that users are limited to.
    inboxes_of_user: InboxesOfUser,
    /// Channels.
    channels: Channels,
    /// Channels of an inbox.
    channels_of_inbox: ChannelsOfInbox,
    /// Pipelines.
    pipelines: Pipelines,
    /// Statuses.
    statuses: Statuses,
    /// Statuses of a pipeline.
    statuses_of_pipeline: StatusesOfPipeline,
    /// Conversations.
    conversations: Conversations,
    /// Conversations with what is joined to them.
    conversations_joined: ConversationsJoined,
    /// Lists of conversations.
    conversation_pages: ConversationPages,
    /// Their counts.
    conversation_counts: ConversationCounts,
    /// Tickets.
    tickets: Tickets,
    /// Tickets with what is joined to them.
    tickets_joined: TicketsJoined,
    /// Lists of tickets.
    ticket_pages: TicketPages,
    /// Their counts.
    ticket_counts: TicketCounts,
    /// Properties of tickets.
    properties: Properties,
    /// Property definitions.
    definitions: Definitions,
    /// Details panels.
    panels: Panels,
    /// Messages.
    messages: Messages,
    /// Last messages of conversations.
    last_messages: LastMessages,
    /// Lists of messages.
    message_pages: MessagePages,
    /// Their counts.
    message_counts: MessageCounts,
    /// Cascades.
    entries: Entries,
    /// What undid a cascade.
    undos: Undos,
    /// Lists of what happened to a thing.
    timelines: Timelines,
    /// Their counts.
    timeline_counts: TimelineCounts,
    /// Trash groups.
    trash_groups: TrashGroups,
    /// Their tickets.
    group_tickets: GroupTickets,
    /// Their conversations.
    group_conversations: GroupConversations,
    /// Saved views.
    saved_views: SavedViews,
}
