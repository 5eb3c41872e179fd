//! What an account has before anybody writes to it: its people, inboxes, pipelines and properties.

use std::collections::{BTreeMap, HashMap};

use super::ids::Ids;
use crate::demo::story;
use crate::domain::id::{AccountId, ChannelId, InboxId, PipelineId, TokenId, UserId};
use crate::domain::image::Status;
use crate::domain::noun::{ChannelKind, PropertyType, Role, StatusCategory, TicketPriority};
use crate::domain::property::{PropertyDefinition, PropertyOption};
use crate::error::{Error, Result};
use crate::store::{Tx, accounts, bulk, token};

/// An account as it was set up, with the ids of what the story calls by keys.
#[derive(Debug)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its first user, an administrator.
    pub admin: UserId,
    /// That user's token; only its hash is kept.
    pub token: String,
    /// Whether it manages tickets in the inbox (rule 5).
    pub tickets_in_inbox: bool,
    /// Users by key, in the order of the profile.
    pub users: Vec<(String, UserId)>,
    /// Inboxes by key.
    pub inboxes: HashMap<String, Inbox>,
    /// Statuses by the pipeline's key, in their order, with their names.
    pub pipelines: BTreeMap<String, Vec<(String, Status)>>,
    /// The first status of the first pipeline: where new tickets start.
    pub first_status: Status,
    /// Definitions by name.
    pub definitions: BTreeMap<String, PropertyDefinition>,
}

/// An inbox as it was set up.
#[derive(Debug)]
pub struct Inbox {
    /// Its id.
    pub id: InboxId,
    /// Whether each new conversation gets a ticket (rule 28).
    pub creates_tickets: bool,
    /// Its channels by key.
    pub channels: HashMap<String, ChannelId>,
}

/// What a story names and does not have: a mistake in the story.
pub(super) fn lacks(what: &str, key: &str) -> Error {
    Error::Internal(format!("the story has no {what} `{key}`"))
}

impl Account {
    /// A user by key.
    ///
    /// # Errors
    /// When there is none.
    pub fn user(&self, key: &str) -> Result<UserId> {
        let found = self.users.iter().find(|(name, _)| name == key);
        found.map(|(_, id)| *id).ok_or_else(|| lacks("user", key))
    }

    /// An inbox with one of its channels, by their keys.
    ///
    /// # Errors
    /// When there is none.
    pub fn channel(&self, inbox: &str, channel: &str) -> Result<(&Inbox, ChannelId)> {
        let inbox = self
            .inboxes
            .get(inbox)
            .ok_or_else(|| lacks("inbox", inbox))?;
        let id = inbox.channels.get(channel);
        Ok((inbox, *id.ok_or_else(|| lacks("channel", channel))?))
    }

    /// The statuses of a pipeline, by its key.
    ///
    /// # Errors
    /// When there is none.
    pub fn pipeline(&self, key: &str) -> Result<&[(String, Status)]> {
        let found = self.pipelines.get(key);
        found
            .map(Vec::as_slice)
            .ok_or_else(|| lacks("pipeline", key))
    }

    /// A status by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn status(&self, pipeline: &str, name: &str) -> Result<Status> {
        let mut statuses = self.pipeline(pipeline)?.iter();
        let found = statuses.find(|(known, _)| known == name);
        found
            .map(|(_, status)| *status)
            .ok_or_else(|| lacks("status", name))
    }

    /// A property's definition by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn definition(&self, name: &str) -> Result<&PropertyDefinition> {
        self.definitions
            .get(name)
            .ok_or_else(|| lacks("property", name))
    }
}

/// The id of a new account.
///
/// # Errors
/// When the system has no randomness to give.
pub fn new_account(ids: &mut Ids, profile: &story::Profile) -> Result<AccountId> {
    ids.at(profile.created_at)
}

/// Writes an account with all its settings.
///
/// # Errors
/// When the database is away, or the profile names what it does not have.
pub async fn create(
    tx: &Tx,
    ids: &mut Ids,
    account: AccountId,
    profile: &story::Profile,
) -> Result<Account> {
    let at = profile.created_at;
    accounts::insert_account(tx, account, &profile.name, at).await?;
    let mut users = Vec::with_capacity(profile.users.len());
    for user in &profile.users {
        let id: UserId = ids.at(at)?;
        accounts::insert_user(tx, account, id, &user.name, &user.email, role(user.role)).await?;
        if !user.active {
            accounts::update_user(tx, account, id, None, None, Some(false)).await?;
        }
        users.push((user.key.clone(), id));
    }
    let admin = users.first().map(|(_, id)| *id);
    let admin = admin.ok_or_else(|| lacks("user", "of any key"))?;
    let secret = token::new_token()?;
    let hash = token::hash_token(&secret);
    let token: TokenId = ids.at(at)?;
    accounts::insert_token(tx, account, token, Some(admin), None, hash).await?;

    let inboxes = create_inboxes(tx, ids, account, profile).await?;
    let (pipelines, first) = create_pipelines(tx, ids, account, profile).await?;
    let definitions = create_definitions(tx, ids, account, profile).await?;
    for (user, (_, id)) in profile.users.iter().zip(&users) {
        let panel = user.details_panel.iter().map(|name| {
            let definition = definitions
                .get(name)
                .ok_or_else(|| lacks("property", name))?;
            Ok(definition.id)
        });
        accounts::set_panel(tx, account, *id, panel.collect::<Result<_>>()?).await?;
    }
    bulk::backdate_settings(tx, account).await?;
    Ok(Account {
        id: account,
        name: profile.name.clone(),
        admin,
        token: secret,
        tickets_in_inbox: bulk::tickets_in_inbox(tx, account).await?,
        users,
        inboxes,
        pipelines,
        first_status: first.ok_or_else(|| lacks("status", "of any name"))?,
        definitions,
    })
}

async fn create_inboxes(
    tx: &Tx,
    ids: &mut Ids,
    account: AccountId,
    profile: &story::Profile,
) -> Result<HashMap<String, Inbox>> {
    let mut inboxes = HashMap::new();
    for inbox in &profile.inboxes {
        let id: InboxId = ids.at(profile.created_at)?;
        let creates_tickets = inbox.creates_tickets;
        accounts::insert_inbox(tx, account, id, &inbox.name, creates_tickets).await?;
        let mut channels = HashMap::new();
        for channel in &inbox.channels {
            let channel_id: ChannelId = ids.at(profile.created_at)?;
            let kind = channel_kind(channel.kind);
            let address = (kind == ChannelKind::Email).then_some(inbox.address.as_str());
            accounts::insert_channel(tx, account, channel_id, id, kind, &channel.name, address)
                .await?;
            channels.insert(channel.key.clone(), channel_id);
        }
        let made = Inbox {
            id,
            creates_tickets,
            channels,
        };
        inboxes.insert(inbox.key.clone(), made);
    }
    Ok(inboxes)
}

type Pipelines = BTreeMap<String, Vec<(String, Status)>>;

async fn create_pipelines(
    tx: &Tx,
    ids: &mut Ids,
    account: AccountId,
    profile: &story::Profile,
) -> Result<(Pipelines, Option<Status>)> {
    let mut pipelines = Pipelines::new();
    let mut first = None;
    for pipeline in &profile.pipelines {
        let id: PipelineId = ids.at(profile.created_at)?;
        accounts::insert_pipeline(tx, account, id, &pipeline.name).await?;
        let mut statuses = Vec::with_capacity(pipeline.statuses.len());
        for (position, status) in (0..).zip(&pipeline.statuses) {
            let made = Status {
                id: ids.at(profile.created_at)?,
                pipeline: id,
                category: category(status.category),
            };
            let name = &status.name;
            accounts::insert_status(tx, account, id, made.id, name, made.category, position)
                .await?;
            first.get_or_insert(made);
            statuses.push((status.name.clone(), made));
        }
        pipelines.insert(pipeline.key.clone(), statuses);
    }
    Ok((pipelines, first))
}

async fn create_definitions(
    tx: &Tx,
    ids: &mut Ids,
    account: AccountId,
    profile: &story::Profile,
) -> Result<BTreeMap<String, PropertyDefinition>> {
    let mut definitions = BTreeMap::new();
    for property in &profile.properties {
        let options = property.options.iter().map(|option| PropertyOption {
            value: option.value.clone(),
            label: option.label.clone(),
        });
        let definition = PropertyDefinition {
            id: ids.at(profile.created_at)?,
            name: property.name.clone(),
            label: property.label.clone(),
            kind: property_type(property.kind),
            options: options.collect(),
            required: property.required,
            read_only: property.read_only,
            archived: false,
        };
        accounts::insert_definition(tx, account, &definition).await?;
        definitions.insert(property.name.clone(), definition);
    }
    Ok(definitions)
}

const fn role(role: story::Role) -> Role {
    match role {
        story::Role::Admin => Role::Admin,
        story::Role::Agent => Role::Agent,
        story::Role::Viewer => Role::Viewer,
    }
}

const fn channel_kind(kind: story::ChannelKind) -> ChannelKind {
    match kind {
        story::ChannelKind::Email => ChannelKind::Email,
        story::ChannelKind::Chat => ChannelKind::Chat,
        story::ChannelKind::Form => ChannelKind::Form,
        story::ChannelKind::Messenger => ChannelKind::Messenger,
        story::ChannelKind::Whatsapp => ChannelKind::Whatsapp,
        story::ChannelKind::Api => ChannelKind::Api,
    }
}

const fn category(category: story::StatusCategory) -> StatusCategory {
    match category {
        story::StatusCategory::Open => StatusCategory::Open,
        story::StatusCategory::Closed => StatusCategory::Closed,
    }
}

const fn property_type(kind: story::PropertyType) -> PropertyType {
    match kind {
        story::PropertyType::String => PropertyType::String,
        story::PropertyType::Text => PropertyType::Text,
        story::PropertyType::Number => PropertyType::Number,
        story::PropertyType::Boolean => PropertyType::Boolean,
        story::PropertyType::Date => PropertyType::Date,
        story::PropertyType::DateTime => PropertyType::Datetime,
        story::PropertyType::Enumeration => PropertyType::Enumeration,
        story::PropertyType::MultiEnumeration => PropertyType::MultiEnumeration,
    }
}

/// The priority that the rules know.
#[must_use]
pub const fn priority(priority: story::Priority) -> TicketPriority {
    match priority {
        story::Priority::Low => TicketPriority::Low,
        story::Priority::Medium => TicketPriority::Medium,
        story::Priority::High => TicketPriority::High,
        story::Priority::Urgent => TicketPriority::Urgent,
    }
}
