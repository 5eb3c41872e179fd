//! The loaders of one response.

mod joined;
mod pages;

pub use joined::{ConversationsJoined, TicketsJoined};
pub use pages::{
    ConversationCounts, ConversationPages, MessageCounts, MessagePages, TicketCounts, TicketPages,
    TimelineCounts, Timelines,
};

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::loader::{Base, Batch, Loader};
use super::turns::Turns;
use crate::domain::event::Entry;
use crate::domain::id::{
    CascadeId, ChannelId, ContactId, ConversationId, InboxId, IntegrationId, MessageId, PipelineId,
    PropertyId, SavedViewId, StatusId, TicketId, TrashGroupId, UserId,
};
use crate::domain::image::{Conversation, Held, Ticket};
use crate::domain::property::PropertyDefinition;
use crate::domain::saved_view::SavedView;
use crate::error::Result;
use crate::store::read::joins::{ConversationJoins, TicketJoins};
use crate::store::read::{
    Source, account, cascade, conversation, desk, message, property, saved_view, ticket, trash,
    user,
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
    Inboxes: InboxId => desk::Inbox, desk::inboxes_by_id;
    /// Channels by id.
    Channels: ChannelId => desk::Channel, desk::channels_by_id;
    /// Pipelines by id.
    Pipelines: PipelineId => desk::Pipeline, desk::pipelines_by_id;
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

/// The account itself.
pub struct OwnAccount;

impl Batch for OwnAccount {
    type Key = ();
    type Value = Arc<account::Account>;

    async fn load(source: Source, _: Vec<()>) -> Result<Vec<((), Self::Value)>> {
        Ok(vec![((), Arc::new(account::own(&source).await?))])
    }
}

/// All property definitions of the account, by label.
pub struct Definitions;

impl Batch for Definitions {
    type Key = ();
    type Value = Arc<Vec<Arc<PropertyDefinition>>>;

    async fn load(source: Source, _: Vec<()>) -> Result<Vec<((), Self::Value)>> {
        let all = property::all_definitions(&source).await?;
        Ok(vec![(
            (),
            Arc::new(all.into_iter().map(Arc::new).collect()),
        )])
    }
}

/// What a user's panel shows.
pub struct Panels;

impl Batch for Panels {
    type Key = UserId;
    type Value = Arc<Vec<Arc<PropertyDefinition>>>;

    async fn load(source: Source, keys: Vec<UserId>) -> Result<Vec<(UserId, Self::Value)>> {
        // Only ever the viewer's own.
        let mut panels = Vec::with_capacity(keys.len());
        for user in keys {
            let shown = property::panel_of_user(&source, user).await?;
            panels.push((user, Arc::new(shown.into_iter().map(Arc::new).collect())));
        }
        Ok(panels)
    }

    kept!();
}

/// The inboxes that a user is limited to; of who is not, nothing.
pub struct InboxesOfUser;

impl Batch for InboxesOfUser {
    type Key = UserId;
    type Value = Arc<Vec<InboxId>>;

    async fn load(source: Source, keys: Vec<UserId>) -> Result<Vec<(UserId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = user::inboxes_of_users(&source, ids).await?;
        Ok(rows
            .into_iter()
            .map(|(user, inboxes)| (user, Arc::new(inboxes)))
            .collect())
    }
}

/// The channels of an inbox.
pub struct ChannelsOfInbox;

impl Batch for ChannelsOfInbox {
    type Key = InboxId;
    type Value = Arc<Vec<desk::Channel>>;

    async fn load(source: Source, keys: Vec<InboxId>) -> Result<Vec<(InboxId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = desk::channels_of_inboxes(&source, ids).await?;
        Ok(grouped(rows.into_iter().map(|row| (row.inbox, row))))
    }
}

/// The statuses of a pipeline.
pub struct StatusesOfPipeline;

impl Batch for StatusesOfPipeline {
    type Key = PipelineId;
    type Value = Arc<Vec<desk::Status>>;

    async fn load(source: Source, keys: Vec<PipelineId>) -> Result<Vec<(PipelineId, Self::Value)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let rows = desk::statuses_of_pipelines(&source, ids).await?;
        Ok(grouped(rows.into_iter().map(|row| (row.pipeline, row))))
    }
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

/// Cascades by id.
pub struct Entries;

impl Batch for Entries {
    type Key = CascadeId;
    type Value = Arc<Entry>;

    async fn load(source: Source, keys: Vec<CascadeId>) -> Result<Vec<(CascadeId, Arc<Entry>)>> {
        let rows = cascade::entries_by_id(&source, &keys).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.id, Arc::new(row)))
            .collect())
    }
}

/// The undo of a cascade that stands.
pub struct Undos;

impl Batch for Undos {
    type Key = CascadeId;
    type Value = Arc<Entry>;

    async fn load(source: Source, keys: Vec<CascadeId>) -> Result<Vec<(CascadeId, Arc<Entry>)>> {
        let ids = keys.iter().map(|id| id.0).collect();
        let undos = cascade::undos_of(&source, ids).await?;
        let standing = standing(undos.into_iter().map(Arc::new).collect());
        let of = |id| standing.get(&id).map(|undo| (id, Arc::clone(undo)));
        Ok(keys.into_iter().filter_map(of).collect())
    }
}

/// The latest undo that stands of each cascade that has one, from all undos, oldest first. An undo that has itself
/// been undone does not stand.
fn standing(undos: Vec<Arc<Entry>>) -> HashMap<CascadeId, Arc<Entry>> {
    let mut standing: HashMap<CascadeId, Arc<Entry>> = HashMap::new();
    // Newest first: whatever takes an undo back is later than the undo, so it is already known.
    for undo in undos.into_iter().rev() {
        if standing.contains_key(&undo.id) {
            continue;
        }
        if let Some(undone) = undo.undoes {
            standing.entry(undone).or_insert(undo);
        }
    }
    standing
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::cascade::Touches;
    use crate::domain::event::{Body, Position};
    use crate::domain::image::Actor;

    fn undo(id: u128, undoes: u128) -> Arc<Entry> {
        Arc::new(Entry {
            position: Some(Position(id as i64)),
            account: Uuid::nil().into(),
            id: Uuid::from_u128(id).into(),
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            actor: Actor::System,
            command: "undoCascade".into(),
            undoes: Some(Uuid::from_u128(undoes).into()),
            body: Body {
                v: 1,
                effects: vec![],
                touches: Touches::default(),
                tickets: vec![],
                conversations: vec![],
            },
        })
    }

    fn standing_of(undos: &[(u128, u128)], id: u128) -> Option<u128> {
        let undos = undos
            .iter()
            .map(|(id, undoes)| undo(*id, *undoes))
            .collect();
        standing(undos)
            .get(&CascadeId(Uuid::from_u128(id)))
            .map(|undo| undo.id.0.as_u128())
    }

    #[test]
    fn an_undo_that_was_undone_does_not_stand() {
        assert_eq!(standing_of(&[(2, 1)], 1), Some(2));
        assert_eq!(standing_of(&[(2, 1), (3, 2)], 1), None);
        assert_eq!(standing_of(&[(2, 1), (3, 2)], 2), Some(3));
        // Undone, taken back, undone again; and the taking back taken back.
        assert_eq!(standing_of(&[(2, 1), (3, 2), (4, 1)], 1), Some(4));
        assert_eq!(standing_of(&[(2, 1), (3, 2), (4, 3)], 1), Some(2));
    }
}
