//! One batch of mail, in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Context;
use crate::bulk::history::{History, On};
use crate::bulk::ids::Ids;
use crate::domain::cascade::{Command, Settings};
use crate::domain::id::{ContactId, ConversationId};
use crate::domain::image::{Actor, Conversation, Message, Ticket, Time};
use crate::domain::noun::{ConversationStatus, MessageKind, Workspace};
use crate::error::{Error, Result};
use crate::mail::{Address, Mail, Thread, Threader};
use crate::service;
use crate::service::messages::hash;
use crate::store::Tx;
use crate::store::bulk::{self, NewContact, NewConversation, NewMessage};

/// What became of a batch.
#[derive(Debug, Default, Clone, Copy)]
pub struct Written {
    /// Messages that are new.
    pub messages: u64,
    /// Messages that were there already.
    pub duplicates: u64,
    /// Conversations that are new.
    pub conversations_new: u64,
}

/// Writes what of a batch is new.
///
/// # Errors
/// When the database is away, or another transaction was in the way; then nothing is written.
pub async fn write(context: &Context, mails: &[Mail], now: Time) -> Result<Written> {
    let account = context.account;
    let tx = bulk::begin(&context.store, account, true).await?;
    bulk::lock_imports(&tx, account, context.channel).await?;
    let threads = Threads::of(&tx, context, mails, now).await?;
    let mut written = Written {
        duplicates: threads.repeated,
        ..Written::default()
    };
    if threads.groups.is_empty() {
        tx.rollback().await?;
        return Ok(written);
    }
    let mut ids = Ids::default();
    let people = People::of(&tx, context, &threads, &mut ids, now).await?;
    let stored = threads.groups.iter().filter_map(|group| group.stored);
    let stored = stored.map(|id| id.0).collect();
    let locked = bulk::lock_conversations(&tx, account, stored).await?;
    let settings = Settings {
        tickets_in_inbox: bulk::tickets_in_inbox(&tx, account).await?,
        retention: service::Settings::default().retention,
    };
    let mut batch = Batch {
        context,
        people,
        now,
        ids,
        history: History::new(account, settings),
        existing: HashSet::new(),
        keys: HashMap::new(),
        messages: Vec::new(),
    };
    for (conversation, ticket) in locked {
        batch.existing.insert(conversation.id);
        batch.history.adopt(conversation, ticket);
    }
    let mut conversations = HashMap::new();
    for group in &threads.groups {
        let id = batch.add(group)?;
        conversations.insert(group.thread, id);
    }
    written.messages = batch.messages.len() as u64;
    written.conversations_new = batch.keys.len() as u64;
    let references = threads.references(&conversations);
    store(&tx, context, batch, &references).await?;
    tx.commit().await?;
    Ok(written)
}

/// The messages of a batch that are new, by thread.
struct Threads<'m> {
    groups: Vec<Group<'m>>,
    repeated: u64,
    /// Ids that the channel knew before.
    known: HashSet<String>,
}

struct Group<'m> {
    thread: Thread,
    /// The conversation that is there.
    stored: Option<ConversationId>,
    /// By date, oldest first; of the same second in their order in the mailbox.
    mails: Vec<&'m Mail>,
}

impl<'m> Threads<'m> {
    async fn of(tx: &Tx, context: &Context, mails: &'m [Mail], now: Time) -> Result<Self> {
        let mut threader: Threader<ConversationId> = Threader::new();
        let asked: Vec<String> = threader
            .unknown(mails)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let hashes = asked.iter().map(|id| fingerprint(id)).collect();
        let (account, channel) = (context.account, context.channel);
        let found = bulk::find_mail(tx, account, channel, asked.clone(), hashes).await?;
        let mut known = HashSet::new();
        for mail in found {
            if let Some(id) = asked.get(mail.place) {
                threader.learn(id, mail.conversation, mail.arrived);
                known.insert(id.clone());
            }
        }
        let mut repeated = 0;
        let mut placed = Vec::with_capacity(mails.len());
        for mail in mails {
            let placement = threader.place(mail);
            if placement.repeated {
                repeated += 1;
            } else {
                placed.push((placement.thread, mail));
            }
        }
        // Only now: a later message can make one thread of two.
        let mut groups: BTreeMap<Thread, Group<'m>> = BTreeMap::new();
        for (thread, mail) in placed {
            let thread = threader.find(thread);
            let group = groups.entry(thread).or_insert_with(|| Group {
                thread,
                stored: threader.key(thread).copied(),
                mails: Vec::new(),
            });
            group.mails.push(mail);
        }
        let mut groups: Vec<Group<'m>> = groups.into_values().collect();
        for group in &mut groups {
            group.mails.sort_by_key(|mail| Context::date(mail, now));
        }
        Ok(Self {
            groups,
            repeated,
            known,
        })
    }

    /// The ids that the new messages refer to and that nothing else would find.
    fn references(
        &self,
        conversations: &HashMap<Thread, ConversationId>,
    ) -> Vec<(Uuid, ConversationId)> {
        let mails = self.groups.iter().flat_map(|group| &group.mails);
        let arrived: HashSet<&str> = mails.map(|mail| mail.message_id.as_str()).collect();
        let mut seen = HashSet::new();
        let mut references = Vec::new();
        for group in &self.groups {
            let Some(conversation) = conversations.get(&group.thread) else {
                continue;
            };
            let named = group.mails.iter().flat_map(|mail| mail.thread_ids());
            for id in named.filter(|id| !arrived.contains(id) && !self.known.contains(*id)) {
                if seen.insert(id) {
                    references.push((fingerprint(id), *conversation));
                }
            }
        }
        // In one order for all: two that add the same do not wait for each other in a circle.
        references.sort_unstable_by_key(|(hash, _)| *hash);
        references
    }
}

/// What `mail_references` calls an id.
fn fingerprint(id: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    let (first, _) = hash.split_at(16);
    Uuid::from_slice(first).unwrap_or_default()
}

/// Who wrote, and to whom.
struct People {
    contacts: HashMap<String, ContactId>,
}

impl People {
    /// Finds everybody whom the new messages need as a contact, and adds who is not known.
    async fn of(
        tx: &Tx,
        context: &Context,
        threads: &Threads<'_>,
        ids: &mut Ids,
        now: Time,
    ) -> Result<Self> {
        let mut wanted: BTreeMap<&str, (Option<&str>, Time)> = BTreeMap::new();
        for group in &threads.groups {
            let senders = group
                .mails
                .iter()
                .filter(|mail| !context.is_own(&mail.from));
            let senders = senders.map(|mail| (&mail.from, *mail));
            let first = group.mails.first();
            let partner = first.map(|first| (context.partner(first, group), *first));
            for (address, mail) in senders.chain(partner) {
                let at = Context::date(mail, now);
                let person = wanted.entry(&address.email).or_insert((None, at));
                person.0 = person.0.or(address.name.as_deref());
                person.1 = person.1.min(at);
            }
        }
        let mut rows = Vec::with_capacity(wanted.len());
        for (email, (name, created_at)) in &wanted {
            rows.push(NewContact {
                id: ids.at(now)?,
                name: name.map(str::to_owned),
                email: Some((*email).to_owned()),
                phone: None,
                created_at: *created_at,
            });
        }
        bulk::insert_contacts(tx, context.account, &rows).await?;
        let emails: Vec<String> = wanted.keys().map(|email| (*email).to_owned()).collect();
        let found = bulk::contacts_by_email(tx, context.account, emails.clone()).await?;
        let contacts = emails.into_iter().zip(found);
        let contacts = contacts.filter_map(|(email, id)| Some((email, id?)));
        Ok(Self {
            contacts: contacts.collect(),
        })
    }

    fn contact(&self, address: &Address) -> Result<ContactId> {
        let found = self.contacts.get(&address.email).copied();
        found.ok_or_else(|| Error::Internal("a contact was not created".to_owned()))
    }
}

impl Context {
    fn is_own(&self, address: &Address) -> bool {
        self.own.contains(&address.email)
    }

    /// Whom a new conversation is with: who wrote first, or whom the company wrote to.
    fn partner<'m>(&self, first: &'m Mail, group: &Group<'m>) -> &'m Address {
        let others = |mail: &&'m Mail| {
            let everybody = std::iter::once(&mail.from).chain(&mail.to).chain(&mail.cc);
            everybody.into_iter().find(|address| !self.is_own(address))
        };
        // Else it is a company that writes to itself.
        let found = group.mails.iter().find_map(others);
        found.unwrap_or_else(|| first.to.first().unwrap_or(&first.from))
    }

    /// Never in the future, whatever its sender's clock said.
    fn date(mail: &Mail, now: Time) -> Time {
        mail.date.map_or(now, |date| date.min(now))
    }
}

/// A batch while it is put together.
struct Batch<'c> {
    context: &'c Context,
    people: People,
    now: Time,
    ids: Ids,
    history: History,
    existing: HashSet<ConversationId>,
    /// The keys of the new conversations.
    keys: HashMap<ConversationId, String>,
    messages: Vec<NewMessage>,
}

impl Batch<'_> {
    /// Adds a thread's messages, as one cascade.
    fn add(&mut self, group: &Group<'_>) -> Result<ConversationId> {
        let starts = match group.stored {
            Some(_) => None,
            None => Some(self.conversation(group)?),
        };
        let id = match (&starts, group.stored) {
            (Some(conversation), _) => conversation.id,
            (None, stored) => stored.unwrap_or(ConversationId(Uuid::nil())),
        };
        // Deleted since it was found: the batch is tried again, and finds it no more.
        if starts.is_none() && !self.existing.contains(&id) {
            return Err(bulk::gone_meanwhile());
        }
        let mut added = Vec::with_capacity(group.mails.len());
        for mail in &group.mails {
            let message = self.message(mail)?;
            added.push((message, hash(&mail.text)));
            self.messages.push(NewMessage {
                conversation: id,
                message,
                text: mail.text.clone(),
                channel: Some(self.context.channel),
                key: Some(mail.message_id.clone()),
            });
        }
        let command = Command::ImportMessages(starts.map(Box::new), id, added);
        let on = On::Conversation(id);
        self.history
            .run(&mut self.ids, self.now, Actor::System, on, &command)?;
        Ok(id)
    }

    fn message(&mut self, mail: &Mail) -> Result<Message> {
        let (kind, author) = if self.context.is_own(&mail.from) {
            let user = self.context.users.get(&mail.from.email);
            let author = user.map_or(Actor::System, |user| Actor::User(*user));
            (MessageKind::Outgoing, author)
        } else {
            let contact = self.people.contact(&mail.from)?;
            (MessageKind::Incoming, Actor::Contact(contact))
        };
        Ok(Message {
            // Of now, not of its date: the log explains what was made since it began.
            id: self.ids.at(self.now)?,
            kind,
            author,
            created_at: Context::date(mail, self.now),
        })
    }

    fn conversation(&mut self, group: &Group<'_>) -> Result<Conversation> {
        let id = self.ids.at(self.now)?;
        let first = group.mails.first();
        let first = first.ok_or_else(|| Error::Internal("a thread without messages".to_owned()))?;
        let root = first.references.first().or(first.in_reply_to.first());
        self.keys
            .insert(id, root.unwrap_or(&first.message_id).clone());
        let began = Context::date(first, self.now);
        Ok(Conversation {
            id,
            subject: first.subject.clone(),
            status: ConversationStatus::Open,
            workspace: Workspace::Inbox,
            inbox: self.context.inbox,
            channel: self.context.channel,
            contact: self.people.contact(self.context.partner(first, group))?,
            owner: None,
            ticket: None,
            created_at: began,
            last_activity_at: began,
            closed_at: None,
            trash: None,
            version: 1,
        })
    }
}

async fn store(
    tx: &Tx,
    context: &Context,
    batch: Batch<'_>,
    references: &[(Uuid, ConversationId)],
) -> Result<()> {
    let account = context.account;
    let mut outcome = batch.history.finish();
    let mut changed: Vec<Conversation> = Vec::new();
    let mut new: Vec<NewConversation> = Vec::new();
    let mut keys = batch.keys;
    for conversation in outcome.conversations {
        match keys.remove(&conversation.id) {
            Some(thread_key) => new.push(NewConversation {
                conversation,
                thread_key,
            }),
            None => changed.push(conversation),
        }
    }
    let tickets: &[Ticket] = &outcome.tickets;
    bulk::update_activity(tx, account, &changed, tickets).await?;
    bulk::insert_conversations(tx, account, &new).await?;
    bulk::insert_messages(tx, account, batch.messages).await?;
    bulk::add_references(tx, account, context.channel, references).await?;
    bulk::append(tx, account, &mut outcome.entries).await
}
