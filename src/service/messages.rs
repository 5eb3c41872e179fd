//! Replies, notes, and what contacts write (rules 26–28).

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::order::{Lookup, Order, Target, Work, looked_up};
use super::tickets::{default_name, first_status};
use crate::domain::access::{Action, Viewer, decisions};
use crate::domain::cascade::{Command, Incoming, Linked, NewTicket};
use crate::domain::contact::Sender;
use crate::domain::id::{ChannelId, ContactId, ConversationId, InboxId, MessageId, TicketId};
use crate::domain::image::{Actor, Conversation, Message, Time};
use crate::domain::noun::{ConversationStatus, MessageKind, Workspace};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::text;
use crate::error::Result;
use crate::service::accounts::EMAIL_CHARS;
use crate::store::apply::{Contents, MessageText};
use crate::store::receive;

/// The hash by which the log can prove a text.
#[must_use]
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn check_text(text: &str, work: &Work<'_>) -> Result<()> {
    text::check_filled(text, work.service.settings().message_chars).map_err(|error| {
        Refusal::at(
            ErrorCode::InvalidValue,
            "text",
            format!("The text {error}."),
        )
        .into()
    })
}

fn message(kind: MessageKind, author: Actor, created_at: Time) -> Message {
    Message {
        id: MessageId(Uuid::now_v7()),
        kind,
        author,
        created_at,
    }
}

fn content(
    message: Message,
    text: &str,
    channel: Option<ChannelId>,
    key: Option<String>,
) -> Contents {
    let text = MessageText {
        id: message.id,
        text: text.to_owned(),
        channel,
        key,
    };
    Contents {
        thread_key: None,
        messages: vec![text],
    }
}

/// `sendReply` (rule 27).
#[derive(Debug, Clone)]
pub struct SendReply {
    /// The conversation.
    pub conversation: ConversationId,
    /// What it says.
    pub text: String,
}

impl Order for SendReply {
    const ACTION: Action = decisions::mutation("sendReply");
    type Found = ();

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        check_text(&self.text, work)?;
        Ok((
            Target {
                owner: work.viewer.user(),
                ..Target::conversation(self.conversation)
            },
            looked_up(()),
        ))
    }

    async fn command(
        &self,
        work: &Work<'_>,
        (): (),
        linked: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let message = message(MessageKind::Outgoing, work.viewer.actor(), work.now);
        let channel = linked
            .conversations
            .iter()
            .find(|c| c.id == self.conversation)
            .map(|c| c.channel);
        let command = Command::SendReply(
            self.conversation,
            message,
            hash(&self.text),
            work.viewer.user(),
        );
        Ok(Some((command, content(message, &self.text, channel, None))))
    }
}

/// `addNote`.
#[derive(Debug, Clone)]
pub struct AddNote {
    /// The conversation.
    pub conversation: ConversationId,
    /// What it says.
    pub text: String,
}

impl Order for AddNote {
    const ACTION: Action = decisions::mutation("addNote");
    type Found = ();

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, ()>)> {
        check_text(&self.text, work)?;
        Ok((Target::conversation(self.conversation), looked_up(())))
    }

    async fn command(
        &self,
        work: &Work<'_>,
        (): (),
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        let message = message(MessageKind::Note, work.viewer.actor(), work.now);
        let command = Command::AddNote(self.conversation, message, hash(&self.text));
        Ok(Some((command, content(message, &self.text, None, None))))
    }
}

/// Checks what a channel says about who wrote.
fn check_sender(sender: &Sender, limit: usize) -> Result<(), Refusal> {
    let given = |value: &Option<String>| {
        value
            .as_deref()
            .is_some_and(|value| !value.trim().is_empty())
    };
    if !given(&sender.email) && !given(&sender.phone) {
        let message = "`from` needs an e-mail address or a telephone number.";
        return Err(Refusal::at(ErrorCode::InvalidValue, "from", message));
    }
    for (field, value) in [
        ("email", &sender.email),
        ("phone", &sender.phone),
        ("name", &sender.name),
    ] {
        let limit = if field == "email" {
            limit.min(EMAIL_CHARS)
        } else {
            limit
        };
        if let Some(value) = value {
            text::check(value, limit).map_err(|error| refuse_from(field, &error.to_string()))?;
        }
    }
    if let Some(email) = sender
        .email
        .as_deref()
        .filter(|email| !email.trim().is_empty())
    {
        let (local, domain) = email.trim().rsplit_once('@').unwrap_or_default();
        if local.is_empty() || domain.is_empty() || email.trim().contains(char::is_whitespace) {
            return Err(refuse_from(
                "email",
                "is not an e-mail address (name@domain)",
            ));
        }
    }
    if let Some(phone) = sender
        .phone
        .as_deref()
        .filter(|phone| !phone.trim().is_empty())
        && !phone.contains(|c: char| c.is_ascii_digit())
    {
        return Err(refuse_from(
            "phone",
            "has no digit; it is not a telephone number",
        ));
    }
    Ok(())
}

fn refuse_from(field: &str, message: &str) -> Refusal {
    let mut refusal = Refusal::at(
        ErrorCode::InvalidValue,
        "from",
        format!("`{field}` {message}."),
    );
    refusal.path.push(field.to_owned());
    refusal
}

/// `receiveMessage` (rules 26 and 28).
#[derive(Debug, Clone)]
pub struct ReceiveMessage {
    /// The channel that it came by.
    pub channel: ChannelId,
    /// What the channel calls the thread.
    pub thread_key: String,
    /// Who wrote.
    pub from: Sender,
    /// What the thread is about, where this starts one.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// What the channel calls the message: the same key twice is the same message.
    pub message_key: Option<String>,
}

/// What [`ReceiveMessage`] finds before it locks.
pub struct Thread {
    /// Where new conversations of the channel go, and whether they get tickets.
    inbox: receive::ChannelInbox,
    /// The thread's conversation, if it has begun.
    conversation: Option<ConversationId>,
    /// Whether the message was there already.
    known: bool,
}

impl ReceiveMessage {
    fn check(&self, work: &Work<'_>) -> Result<()> {
        let limit = work.service.settings().name_chars;
        let field = |field, error: text::TextError| {
            Refusal::at(
                ErrorCode::InvalidValue,
                field,
                format!("`{field}` {error}."),
            )
        };
        text::check_filled(&self.thread_key, limit).map_err(|error| field("threadKey", error))?;
        if let Some(key) = &self.message_key {
            text::check_filled(key, limit).map_err(|error| field("messageKey", error))?;
        }
        if let Some(subject) = &self.subject {
            text::check(subject, limit).map_err(|error| field("subject", error))?;
        }
        check_sender(&self.from, limit)?;
        check_text(&self.text, work)
    }

    fn no_channel(&self) -> Refusal {
        let message = format!("There is no channel `{}`.", self.channel);
        Refusal::at(ErrorCode::NotFound, "channelId", message)
    }

    /// A conversation that begins with this message.
    fn start(&self, inbox: InboxId, contact: ContactId, at: Time) -> Conversation {
        Conversation {
            id: ConversationId(Uuid::now_v7()),
            subject: self
                .subject
                .clone()
                .filter(|subject| !subject.trim().is_empty()),
            status: ConversationStatus::Open,
            workspace: Workspace::Inbox,
            inbox,
            channel: self.channel,
            contact,
            owner: None,
            ticket: None,
            created_at: at,
            last_activity_at: at,
            closed_at: None,
            trash: None,
            version: 1,
        }
    }
}

/// The ticket that an inbox wants for a new conversation; required properties are not asked for (rule 28).
async fn automatic_ticket(work: &Work<'_>, conversation: &Conversation) -> Result<NewTicket> {
    let status = first_status(work).await?;
    let name = default_name(work, conversation.subject.as_deref(), conversation.contact).await?;
    let number = crate::store::apply::draw_ticket_number(work.tx, work.viewer.account).await?;
    Ok(NewTicket {
        id: TicketId(Uuid::now_v7()),
        number,
        name,
        status,
        owner: None,
        priority: None,
        properties: Vec::new(),
        missing: Vec::new(),
    })
}

impl Order for ReceiveMessage {
    const ACTION: Action = decisions::mutation("receiveMessage");
    type Found = Thread;

    async fn prepare<'a>(&'a self, work: &'a Work<'a>) -> Result<(Target, Lookup<'a, Thread>)> {
        self.check(work)?;
        let account = work.viewer.account;
        let found = receive::channel_inbox(work.tx, account, self.channel).await?;
        let Some(inbox) = found.filter(|found| work.viewer.sees_inbox(found.inbox)) else {
            return Err(self.no_channel().into());
        };
        // One message of a thread after the other: two that start it would make two conversations.
        receive::lock_thread(work.tx, account, self.channel, &self.thread_key).await?;
        let known = match &self.message_key {
            Some(key) => {
                receive::conversation_of_message(work.tx, account, self.channel, key).await?
            }
            None => None,
        };
        let thread = match known {
            Some(id) => Some(id),
            None => {
                receive::conversation_of_thread(work.tx, account, self.channel, &self.thread_key)
                    .await?
            }
        };
        let target = thread.map_or_else(Target::default, |id| Target {
            conversation: Some((id, "threadKey")),
            unnamed: true,
            ..Target::default()
        });
        let thread = Thread {
            inbox,
            conversation: thread,
            known: known.is_some(),
        };
        Ok((target, looked_up(thread)))
    }

    fn seen(&self, viewer: &Viewer, thread: &Thread, _: &Linked) -> Result<(), Refusal> {
        if viewer.sees_inbox(thread.inbox.inbox) {
            return Ok(());
        }
        Err(self.no_channel())
    }

    async fn command(
        &self,
        work: &Work<'_>,
        thread: Thread,
        _: &Linked,
    ) -> Result<Option<(Command, Contents)>> {
        if thread.known {
            return Ok(None);
        }
        let account = work.viewer.account;
        let contact =
            receive::find_or_create_contact(work.tx, account, &self.from, work.now).await?;
        let message = message(MessageKind::Incoming, Actor::Contact(contact), work.now);
        let mut contents = content(
            message,
            &self.text,
            Some(self.channel),
            self.message_key.clone(),
        );
        let mut incoming = Incoming {
            starts: None,
            conversation: ConversationId(Uuid::nil()),
            message,
            sha256: hash(&self.text),
            ticket: None,
        };
        match thread.conversation {
            Some(id) => incoming.conversation = id,
            None => {
                let conversation = self.start(thread.inbox.inbox, contact, work.now);
                incoming.conversation = conversation.id;
                contents.thread_key = Some((conversation.id, self.thread_key.clone()));
                if thread.inbox.creates_tickets {
                    incoming.ticket = Some(Box::new(automatic_ticket(work, &conversation).await?));
                }
                incoming.starts = Some(Box::new(conversation));
            }
        }
        Ok(Some((Command::ReceiveMessage(incoming), contents)))
    }
}
