//! What the server answered, in the model's terms: ids become numbers.

use serde_json::{Value, json};

use super::effect::{Change, Code, Conflict, Effect, MessageKind, Rule, Thing};
use super::world::{Space, State};

/// The server's ids of the world's things, by their numbers.
#[derive(Clone, Default)]
pub struct Ids {
    pub users: Vec<String>,
    pub inboxes: Vec<String>,
    pub channels: Vec<String>,
    pub statuses: Vec<String>,
    pub conversations: Vec<String>,
    pub tickets: Vec<String>,
    pub cascades: Vec<String>,
}

impl Ids {
    pub fn user(&self, user: Option<usize>) -> Value {
        user.map_or(Value::Null, |user| find(&self.users, user, &self.inboxes))
    }
    pub fn inbox(&self, inbox: usize) -> Value {
        find(&self.inboxes, inbox, &self.users)
    }
    pub fn channel(&self, channel: usize) -> Value {
        find(&self.channels, channel, &self.users)
    }
    pub fn status(&self, status: usize) -> Value {
        find(&self.statuses, status, &self.users)
    }
    pub fn conversation(&self, conversation: usize) -> Value {
        find(&self.conversations, conversation, &self.users)
    }
    pub fn ticket(&self, ticket: usize) -> Value {
        find(&self.tickets, ticket, &self.users)
    }
    pub fn cascade(&self, cascade: usize) -> Value {
        find(&self.cascades, cascade, &self.users)
    }
    pub fn thing(&self, thing: Thing) -> Value {
        match thing {
            Thing::Ticket(ticket) => self.ticket(ticket),
            Thing::Conversation(conversation) => self.conversation(conversation),
        }
    }

    /// The number of a subject; a `Created` names what nobody has seen before.
    fn subject(&mut self, id: &str, created: bool) -> Result<Thing, String> {
        if let Some(ticket) = place(&self.tickets, id) {
            return Ok(Thing::Ticket(ticket));
        }
        if let Some(conversation) = place(&self.conversations, id) {
            return Ok(Thing::Conversation(conversation));
        }
        if !created {
            return Err(format!("an effect's subject is unknown: {id}"));
        }
        let (list, thing): (_, fn(usize) -> Thing) = match id.split('_').next() {
            Some("ticket") => (&mut self.tickets, Thing::Ticket),
            Some("conversation") => (&mut self.conversations, Thing::Conversation),
            _ => return Err(format!("neither a ticket nor a conversation: {id}")),
        };
        if list.last().is_some_and(|last| last.as_str() >= id) {
            return Err(format!("ids do not rise: {id} after {:?}", list.last()));
        }
        list.push(id.to_owned());
        Ok(thing(list.len() - 1))
    }
}

/// The id of that number, or one that finds nothing: unknown, of another type, or malformed.
fn find(list: &[String], number: usize, others: &[String]) -> Value {
    let Some(id) = list.get(number) else {
        return match (number % 3, list.first()) {
            (0, Some(known)) => json!(unknown(known)),
            (1, _) => json!(others[0]),
            _ => json!("not-an-id"),
        };
    };
    json!(id)
}

/// A well-formed id of the same type that nothing has.
fn unknown(id: &str) -> String {
    let (head, last) = id.split_at(id.len() - 6);
    let turned: String = last
        .chars()
        .map(|c| if c == '7' { '8' } else { '7' })
        .collect();
    format!("{head}{turned}")
}

fn place(list: &[String], id: &str) -> Option<usize> {
    list.iter().position(|known| known == id)
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    value[name]
        .as_str()
        .ok_or_else(|| format!("no {name} in {value}"))
}

fn id_in(list: &[String], value: &Value) -> Result<usize, String> {
    let id = text(value, "id")?;
    place(list, id).ok_or_else(|| format!("unknown id {id}"))
}

fn optional(list: &[String], value: &Value) -> Result<Option<usize>, String> {
    if value.is_null() {
        Ok(None)
    } else {
        id_in(list, value).map(Some)
    }
}

/// The effects of a cascade; what they create is added to the ids.
pub fn effects(cascade: &Value, ids: &mut Ids) -> Result<Vec<Effect>, String> {
    let list = cascade["effects"]
        .as_array()
        .ok_or_else(|| format!("no effects in {cascade}"))?;
    let mut effects = Vec::new();
    for (index, value) in list.iter().enumerate() {
        if value["index"] != json!(index) {
            return Err(format!("effect {index} says that it is {}", value["index"]));
        }
        let by = match &value["causedBy"] {
            Value::Null => None,
            cause => Some(cause["index"].as_u64().ok_or("no index")? as usize),
        };
        if by.is_some_and(|by| by >= index) {
            return Err(format!("effect {index} comes before its cause"));
        }
        let created = value["__typename"] == "Created";
        let subject = ids.subject(text(value, "subjectId")?, created)?;
        let (change, rule) = (change(value, ids)?, rule(text(value, "rule")?)?);
        effects.push(Effect {
            subject,
            change,
            rule,
            by,
        });
    }
    Ok(effects)
}

fn change(value: &Value, ids: &Ids) -> Result<Change, String> {
    let property = |name: &str| value[name].as_str().map(str::to_owned);
    Ok(match text(value, "__typename")? {
        "Created" => Change::Created,
        "Linked" => Change::Linked {
            ticket: optional(&ids.tickets, &value["ticket"])?,
        },
        "ConversationStatusChanged" => Change::Status {
            from: state(text(value, "previousStatus")?)?,
            to: state(text(value, "status")?)?,
        },
        "TicketStatusChanged" => Change::TicketStatus {
            from: id_in(&ids.statuses, &value["previousTicketStatus"])?,
            to: id_in(&ids.statuses, &value["ticketStatus"])?,
        },
        "OwnerChanged" => Change::Owner {
            from: optional(&ids.users, &value["previousOwner"])?,
            to: optional(&ids.users, &value["owner"])?,
        },
        "WorkspaceChanged" => Change::Workspace {
            from: space(text(value, "previousWorkspace")?)?,
            to: space(text(value, "workspace")?)?,
        },
        "InboxChanged" => Change::Inbox {
            from: id_in(&ids.inboxes, &value["previousInbox"])?,
            to: id_in(&ids.inboxes, &value["inbox"])?,
        },
        "PropertyChanged" => Change::Property {
            name: text(value, "property")?.to_owned(),
            from: property("previousValue"),
            to: property("value"),
        },
        "Trashed" => Change::Trashed,
        "Restored" => Change::Restored,
        "MessageAdded" => Change::MessageAdded {
            kind: message_kind(text(&value["message"], "kind")?)?,
        },
        other => return Err(format!("no command has the effect {other}")),
    })
}

fn state(name: &str) -> Result<State, String> {
    match name {
        "OPEN" => Ok(State::Open),
        "CLOSED" => Ok(State::Closed),
        other => Err(format!("no status {other}")),
    }
}

fn space(name: &str) -> Result<Space, String> {
    match name {
        "INBOX" => Ok(Space::Inbox),
        "HELP_DESK" => Ok(Space::HelpDesk),
        other => Err(format!("no workspace {other}")),
    }
}

fn message_kind(name: &str) -> Result<MessageKind, String> {
    match name {
        "INCOMING" => Ok(MessageKind::Incoming),
        "OUTGOING" => Ok(MessageKind::Outgoing),
        "NOTE" => Ok(MessageKind::Note),
        other => Err(format!("no message kind {other}")),
    }
}

fn rule(name: &str) -> Result<Rule, String> {
    Ok(match name {
        "DIRECT" => Rule::Direct,
        "TICKET_CREATED_MOVES_TO_HELP_DESK" => Rule::TicketCreatedMovesToHelpDesk,
        "CONVERSATION_OWNER_SETS_TICKET_OWNER" => Rule::ConversationOwnerSetsTicketOwner,
        "TICKET_CLOSED_CLOSES_CONVERSATIONS" => Rule::TicketClosedClosesConversations,
        "TICKET_REOPENED_REOPENS_ONLY_CONVERSATION" => Rule::TicketReopenedReopensOnlyConversation,
        "CONVERSATION_TRASHED_TRASHES_TICKET" => Rule::ConversationTrashedTrashesTicket,
        "TICKET_TRASHED_TRASHES_CONVERSATIONS" => Rule::TicketTrashedTrashesConversations,
        "RESTORE_RETURNS_WHOLE_GROUP" => Rule::RestoreReturnsWholeGroup,
        "INCOMING_MESSAGE_REOPENS_CONVERSATION" => Rule::IncomingMessageReopensConversation,
        "REPLY_ASSIGNS_SENDER" => Rule::ReplyAssignsSender,
        "NEW_CONVERSATION_CREATES_TICKET" => Rule::NewConversationCreatesTicket,
        "MOVE_CARRIES_TICKET" => Rule::MoveCarriesTicket,
        "UNDO" => Rule::Undo,
        other => return Err(format!("no command sets off {other}")),
    })
}

fn code(name: &str) -> Result<Code, String> {
    Ok(match name {
        "NOT_FOUND" => Code::NotFound,
        "FORBIDDEN" => Code::Forbidden,
        "ALREADY_LINKED" => Code::AlreadyLinked,
        "ALREADY_OWNED" => Code::AlreadyOwned,
        "IN_TRASH" => Code::InTrash,
        "NOT_IN_TRASH" => Code::NotInTrash,
        "REQUIRED_PROPERTY" => Code::RequiredProperty,
        "INACTIVE_USER" => Code::InactiveUser,
        "VERSION_CONFLICT" => Code::VersionConflict,
        "CHANGED_SINCE" => Code::ChangedSince,
        "NOT_UNDOABLE" => Code::NotUndoable,
        other => return Err(format!("no command of a script is refused with {other}")),
    })
}

/// The codes of a payload's `userErrors`.
pub fn codes(payload: &Value) -> Result<Vec<Code>, String> {
    errors(payload)?
        .iter()
        .map(|error| code(text(error, "code")?))
        .collect()
}

/// The effects that an undo left alone.
pub fn conflicts(payload: &Value) -> Result<Vec<Conflict>, String> {
    errors(payload)?
        .iter()
        .map(|error| {
            let index = error["effect"]["index"]
                .as_u64()
                .ok_or_else(|| format!("no UndoConflict: {error}"))?;
            Ok((index as usize, code(text(error, "code")?)?))
        })
        .collect()
}

/// A payload's `userErrors`.
pub fn errors(payload: &Value) -> Result<&Vec<Value>, String> {
    payload["userErrors"]
        .as_array()
        .ok_or_else(|| format!("no userErrors in {payload}"))
}
