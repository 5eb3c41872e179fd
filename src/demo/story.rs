//! The demo story: what its JSON files may say, and how they are put together.
//!
//! Things name each other by `key`, which is unique among its kind within an account. Times are
//! relative, so that the demo looks fresh whenever it is created: `minutesAgo` counts back from the
//! moment of creation. What is not told follows from what is: a contact exists since its first
//! message, tickets are numbered in the order of their creation, the workspace comes from the
//! account's age. `story_holds.rs` tests that the files keep to this and to the rules.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// All accounts of the demo.
#[derive(Debug, Clone)]
pub struct Story {
    /// The account made before 1 April 2024 comes first, then the newer one.
    pub accounts: Vec<Account>,
}

/// A company that uses Tandem.
#[derive(Debug, Clone)]
pub struct Account {
    /// Who it is, who works there and how it has set up Tandem.
    pub profile: Profile,
    /// Everybody who has written to it.
    pub contacts: Vec<Contact>,
    /// All its conversations, in no particular order.
    pub conversations: Vec<Conversation>,
    /// All its tickets, oldest first.
    pub tickets: Vec<Ticket>,
}

/// What an account has before anybody writes to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// Its key.
    pub key: String,
    /// The company's name.
    pub name: String,
    /// Decides by rule 5 whether tickets stay in the inbox or move to the help desk.
    pub created_at: DateTime<Utc>,
    /// Its people. The first is an active administrator: the one the demo token is for.
    pub users: Vec<User>,
    /// Its inboxes, in the order in which to show them.
    pub inboxes: Vec<Inbox>,
    /// Its pipelines; a new ticket starts in the first.
    pub pipelines: Vec<Pipeline>,
    /// The definitions of its ticket properties.
    pub properties: Vec<Property>,
}

/// Somebody who works in the account.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Its key.
    pub key: String,
    /// The person's name.
    pub name: String,
    /// Unique among the users of all accounts.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// False for somebody who has left. Such a user may still own what is old.
    pub active: bool,
    /// Names of the properties that this user sees in the ticket details panel, in this order.
    pub details_panel: Vec<String>,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names say it; the contract has the same")]
pub enum Role {
    Admin,
    Agent,
    Viewer,
}

/// A shared inbox.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inbox {
    /// Its key.
    pub key: String,
    /// Unique in its account.
    pub name: String,
    /// The e-mail address it writes from.
    pub address: String,
    /// Whether each new conversation gets a ticket by itself (rule 28).
    pub creates_tickets: bool,
    /// The ways into it.
    pub channels: Vec<Channel>,
}

/// A way into an inbox.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Channel {
    /// Unique in its inbox only: most inboxes have an `email`.
    pub key: String,
    /// What it carries.
    pub kind: ChannelKind,
    /// The name agents see.
    pub name: String,
}

/// What a channel carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names say it; the contract has the same")]
pub enum ChannelKind {
    Email,
    Chat,
    Form,
    Messenger,
    Whatsapp,
    Api,
}

/// A sequence of statuses that tickets go through.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pipeline {
    /// Its key.
    pub key: String,
    /// Unique in its account.
    pub name: String,
    /// In the order of their positions, which count from 0.
    pub statuses: Vec<Status>,
}

/// A status of a pipeline.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Status {
    /// Unique in its pipeline; tickets name their status by it.
    pub name: String,
    /// Whether the work is done.
    pub category: StatusCategory,
}

/// Whether work is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names say it; the contract has the same")]
pub enum StatusCategory {
    Open,
    Closed,
}

/// The definition of a ticket property.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Property {
    /// Unique in its account; serves as key.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: PropertyType,
    /// The permitted values of the two enumeration types; empty for all others.
    pub options: Vec<PropertyOption>,
    /// Whether a ticket needs a value when somebody creates it.
    pub required: bool,
    /// Whether people may not change it.
    pub read_only: bool,
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names say it; the contract has the same")]
pub enum PropertyType {
    String,
    Text,
    Number,
    Boolean,
    Date,
    #[serde(rename = "DATETIME")]
    DateTime,
    Enumeration,
    MultiEnumeration,
}

/// A permitted value of an enumeration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PropertyOption {
    /// What is stored.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// Somebody who writes to the account; known by at least an e-mail address or a telephone number.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contact {
    /// Its key.
    pub key: String,
    /// Nobody knows the names of some.
    pub name: Option<String>,
    /// Unique in the account, whatever the case.
    pub email: Option<String>,
    /// With country code and spaces, from a range reserved for fiction.
    pub phone: Option<String>,
}

/// A thread with one contact in one inbox. It is open unless it says when it was closed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Conversation {
    /// Its key; also good as the channel's thread key.
    pub key: String,
    /// Key of its inbox.
    pub inbox: String,
    /// Key of the channel, of that inbox, that it came by.
    pub channel: String,
    /// Key of its contact.
    pub contact: String,
    /// Chats have none.
    pub subject: Option<String>,
    /// Key of the user who owns it now.
    pub owner: Option<String>,
    /// When it was closed and by whom. The same as its ticket's where rule 11 closed it.
    pub closed: Option<Moment>,
    /// Since when it is in the trash. Only for those without a ticket; else the ticket says so.
    pub trashed: Option<Moment>,
    /// Oldest first; the first is incoming, and it created the conversation.
    pub messages: Vec<Message>,
}

/// One message of a conversation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    /// Which way it went.
    pub kind: MessageKind,
    /// Key of the user who wrote it; none for an incoming one, which the contact wrote.
    pub by: Option<String>,
    /// When it was written.
    pub minutes_ago: u32,
    /// What it says: plain text, with line breaks and quotations as e-mail has them.
    pub text: String,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MessageKind {
    /// From the contact.
    Incoming,
    /// To the contact.
    Outgoing,
    /// For colleagues only.
    Note,
}

/// When something was done, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moment {
    /// When.
    pub minutes_ago: u32,
    /// Key of the user who did it.
    pub by: String,
}

/// Tracked work. Its contact is that of its first conversation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ticket {
    /// Its key.
    pub key: String,
    /// What is to be done.
    pub name: String,
    /// Key of its pipeline.
    pub pipeline: String,
    /// Name of its status in that pipeline.
    pub status: String,
    /// Key of the user who owns it now; may differ from the conversations' owners (rule 8).
    pub owner: Option<String>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When it was closed and by whom; given exactly where the status is a closed one.
    pub closed: Option<Moment>,
    /// Since when it is in the trash, together with all its conversations.
    pub trashed: Option<Moment>,
    /// Values by the name of their property; those without a value are left out.
    pub properties: BTreeMap<String, Value>,
    /// Its conversations in the order in which they were linked. The first link created it.
    pub links: Vec<Link>,
}

/// How urgent a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names say it; the contract has the same")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

/// How a conversation came to its ticket.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Link {
    /// Key of the conversation.
    pub conversation: String,
    /// When.
    pub minutes_ago: u32,
    /// Key of the user who linked it; none where the inbox created the ticket (rule 28).
    pub by: Option<String>,
}

/// The value of a property, named as in the contract's `PropertyInputValue`, but with relative times.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Value {
    /// Of a `STRING` or `TEXT`.
    String(String),
    /// Of a `NUMBER`.
    Number(f64),
    /// Of a `BOOLEAN`.
    Boolean(bool),
    /// Of a `DATE`: so many days ago; negative in the future.
    DateDaysAgo(i32),
    /// Of a `DATETIME`: so many minutes ago; negative in the future. Looks best when rounded to a quarter of an hour.
    DateTimeMinutesAgo(i32),
    /// Of an `ENUMERATION`: the value of one of its options.
    Option(String),
    /// Of a `MULTI_ENUMERATION`: values of its options.
    Options(Vec<String>),
}

impl Story {
    /// Reads the story that is built into the program.
    ///
    /// # Errors
    /// Where a file does not have the shape that this module describes. The tests read the same files,
    /// so a released program does not meet it.
    pub fn load() -> Result<Self, serde_json::Error> {
        Ok(Self {
            accounts: vec![
                Account::read(
                    include_str!("data/quillfern/account.json"),
                    include_str!("data/quillfern/contacts.json"),
                    &[
                        include_str!("data/quillfern/english-workshop.json"),
                        include_str!("data/quillfern/english-shop.json"),
                        include_str!("data/quillfern/german.json"),
                        include_str!("data/quillfern/polish.json"),
                        include_str!("data/quillfern/more-languages.json"),
                        include_str!("data/quillfern/billing.json"),
                    ],
                    include_str!("data/quillfern/tickets.json"),
                )?,
                Account::read(
                    include_str!("data/shiftwren/account.json"),
                    include_str!("data/shiftwren/contacts.json"),
                    &[
                        include_str!("data/shiftwren/english.json"),
                        include_str!("data/shiftwren/german-polish.json"),
                        include_str!("data/shiftwren/more-languages.json"),
                    ],
                    include_str!("data/shiftwren/tickets.json"),
                )?,
            ],
        })
    }
}

impl Account {
    fn read(
        profile: &str,
        contacts: &str,
        conversations: &[&str],
        tickets: &str,
    ) -> Result<Self, serde_json::Error> {
        let mut all = Vec::new();
        for file in conversations {
            all.extend(serde_json::from_str::<Vec<Conversation>>(file)?);
        }
        Ok(Self {
            profile: serde_json::from_str(profile)?,
            contacts: serde_json::from_str(contacts)?,
            conversations: all,
            tickets: serde_json::from_str(tickets)?,
        })
    }
}

impl Conversation {
    /// Minutes since its first message.
    #[must_use]
    pub fn created_minutes_ago(&self) -> u32 {
        self.messages.first().map_or(0, |first| first.minutes_ago)
    }

    /// Minutes since its last incoming or outgoing message: notes are no activity.
    #[must_use]
    pub fn last_activity_minutes_ago(&self) -> u32 {
        let written = |message: &&Message| message.kind != MessageKind::Note;
        self.messages
            .iter()
            .rfind(written)
            .map_or(0, |last| last.minutes_ago)
    }
}

impl Ticket {
    /// Minutes since its first link, which created it.
    #[must_use]
    pub fn created_minutes_ago(&self) -> u32 {
        self.links.first().map_or(0, |first| first.minutes_ago)
    }
}
