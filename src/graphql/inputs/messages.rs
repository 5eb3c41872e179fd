//! The inputs of messages.

use async_graphql::{ID, InputObject};

use super::ids;
use crate::domain::contact::Sender;
use crate::domain::id::{ChannelId, ConversationId};
use crate::domain::refusal::Refusal;
use crate::service::messages as message;

/// What `sendReply` takes.
#[derive(InputObject)]
pub struct SendReplyInput {
    /// The conversation; without an owner it becomes the viewer's (rule 27).
    pub conversation_id: ID,
    /// What it says.
    pub text: String,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl SendReplyInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<message::SendReply, Refusal> {
        let conversation = ids::one(
            ConversationId::parse,
            &self.conversation_id,
            "conversationId",
        )?;
        Ok(message::SendReply {
            conversation,
            text: self.text,
        })
    }
}

/// What `addNote` takes.
#[derive(InputObject)]
pub struct AddNoteInput {
    /// The conversation.
    pub conversation_id: ID,
    /// What it says; the contact never sees it.
    pub text: String,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl AddNoteInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<message::AddNote, Refusal> {
        let conversation = ids::one(
            ConversationId::parse,
            &self.conversation_id,
            "conversationId",
        )?;
        Ok(message::AddNote {
            conversation,
            text: self.text,
        })
    }
}

/// Who wrote: an address or a number at least.
#[derive(InputObject)]
pub struct ContactInput {
    /// An e-mail address; case does not matter.
    pub email: Option<String>,
    /// A telephone number; only its digits matter.
    pub phone: Option<String>,
    /// What they call themselves.
    pub name: Option<String>,
}

/// What `receiveMessage` takes.
#[derive(InputObject)]
pub struct ReceiveMessageInput {
    /// The channel that it came by.
    pub channel_id: ID,
    /// What the channel calls the thread: a known one is continued, another one begins.
    pub thread_key: String,
    /// Who wrote.
    pub from: ContactInput,
    /// What a new thread is about.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// The same key twice is the same message.
    pub message_key: Option<String>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

impl ReceiveMessageInput {
    /// The command.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<message::ReceiveMessage, Refusal> {
        Ok(message::ReceiveMessage {
            channel: ids::one(ChannelId::parse, &self.channel_id, "channelId")?,
            thread_key: self.thread_key,
            from: Sender {
                email: self.from.email,
                phone: self.from.phone,
                name: self.from.name,
            },
            subject: self.subject,
            text: self.text,
            message_key: self.message_key,
        })
    }
}
