//! A command of a script as the mutation that a client sends.

use serde_json::{Map, Value, json};

use super::command::{Command, SIZES};
use super::decode::Ids;
use super::effect::Thing;
use super::messages::subject;
use super::world::World;

/// What is asked of every cascade, here and in the log.
pub const CASCADE: &str = "
fragment cascade on Cascade {
  id occurredAt command
  actor { __typename ... on User { id } ... on Contact { contactEmail: email } }
  undoes { id } undoneBy { id }
  tickets { id } conversations { id }
  effects {
    __typename index subjectId rule causedBy { index }
    ... on Linked { ticket { id } }
    ... on ConversationStatusChanged { previousStatus status }
    ... on TicketStatusChanged { previousTicketStatus { id } ticketStatus { id } }
    ... on OwnerChanged { previousOwner { id } owner { id } }
    ... on WorkspaceChanged { previousWorkspace workspace }
    ... on InboxChanged { previousInbox { id } inbox { id } }
    ... on PropertyChanged { property previousValue value }
    ... on MessageAdded { message { kind } }
  }
}";

/// The mutation's text.
pub fn mutation(command: &Command) -> String {
    let name = command.name();
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    if let Command::UpdateUser { .. } = command {
        return format!(
            "mutation($input: {input}!) {{ payload: {name}(input: $input) {{ user {{ id active }} userErrors {{ code }} }} }}"
        );
    }
    format!(
        "mutation($input: {input}!) {{
  payload: {name}(input: $input) {{
    result clientMutationId
    cascade {{ ...cascade }}
    userErrors {{
      __typename code message path
      ... on VersionConflict {{ currentVersion }}
      ... on UndoConflict {{ effect {{ index }} }}
    }}
  }}
}}{CASCADE}"
    )
}

/// The mutation's input, as the world is now.
pub fn input(command: &Command, ids: &Ids, world: &World) -> Value {
    let mut input = Map::new();
    let mut put = |name: &str, value: Value| {
        input.insert(name.to_owned(), value);
    };
    match command {
        Command::CreateTicket {
            conversation,
            status,
            owner,
            edits,
            ..
        } => {
            put("conversationId", ids.conversation(*conversation));
            if let Some(status) = status {
                put("statusId", ids.status(*status));
            }
            if owner.is_some() {
                put("ownerId", ids.user(*owner));
            }
            put_edits(&mut put, edits);
        }
        Command::LinkConversation {
            conversation,
            ticket,
            ..
        } => {
            put("conversationId", ids.conversation(*conversation));
            put("ticketId", ids.ticket(*ticket));
        }
        Command::UpdateTicketStatus { ticket, status, .. } => {
            put("ticketId", ids.ticket(*ticket));
            put("statusId", ids.status(*status));
        }
        Command::UpdateTicketProperties { ticket, edits, .. } => {
            put("ticketId", ids.ticket(*ticket));
            put_edits(&mut put, edits);
        }
        Command::UpdateTicketOwner { ticket, owner, .. } => {
            put("ticketId", ids.ticket(*ticket));
            put("ownerId", ids.user(*owner));
        }
        Command::UpdateConversationStatus {
            conversation,
            close,
            ..
        } => {
            put("conversationId", ids.conversation(*conversation));
            put("status", json!(if *close { "CLOSED" } else { "OPEN" }));
        }
        Command::UpdateConversationOwner {
            conversation,
            owner,
            ..
        } => {
            put("conversationId", ids.conversation(*conversation));
            put("ownerId", ids.user(*owner));
        }
        Command::MoveConversation {
            conversation,
            inbox,
            ..
        } => {
            put("conversationId", ids.conversation(*conversation));
            put("inboxId", ids.inbox(*inbox));
        }
        Command::ClaimConversation { conversation, .. }
        | Command::TrashConversation { conversation, .. } => {
            put("conversationId", ids.conversation(*conversation));
        }
        Command::TrashTicket { ticket, .. } => put("ticketId", ids.ticket(*ticket)),
        Command::RestoreFromTrash {
            thing: Thing::Ticket(ticket),
            ..
        } => put("id", ids.ticket(*ticket)),
        Command::RestoreFromTrash {
            thing: Thing::Conversation(conversation),
            ..
        } => {
            put("id", ids.conversation(*conversation));
        }
        Command::UndoCascade { back, .. } => {
            let index = world.log.len().checked_sub(back + 1);
            put("cascadeId", ids.cascade(index.unwrap_or(world.log.len())));
        }
        Command::SendReply { conversation } | Command::AddNote { conversation } => {
            put("conversationId", ids.conversation(*conversation));
            put("text", json!("Written by hand"));
        }
        Command::ReceiveMessage {
            channel,
            thread,
            contact,
            key,
        } => {
            put("channelId", ids.channel(*channel));
            put("threadKey", json!(format!("thread-{thread}")));
            put(
                "from",
                json!({ "email": contact_email(*contact), "name": format!("Contact {contact}") }),
            );
            put("subject", json!(subject(*channel, *thread)));
            put("text", json!("Written by a contact"));
            if let Some(key) = key {
                put("messageKey", json!(format!("key-{key}")));
            }
        }
        Command::UpdateUser { user, active } => {
            put("userId", ids.user(Some(*user)));
            put("active", json!(active));
        }
    }
    if let Some(version) = command
        .expects()
        .and_then(|(thing, expect)| world.expected(thing, expect))
    {
        put("expectedVersion", json!(version));
    }
    if command.dry() {
        put("dryRun", json!(true));
    }
    put("clientMutationId", json!("a script's line"));
    Value::Object(input)
}

fn put_edits(put: &mut impl FnMut(&str, Value), edits: &super::command::Edits) {
    if let Some(name) = edits.name {
        put("name", json!(format!("Name {name}")));
    }
    if let Some(priority) = edits.priority {
        put(
            "priority",
            priority.map_or(Value::Null, |priority| json!(priority.name())),
        );
    }
    let mut properties = Vec::new();
    if let Some(colour) = edits.colour {
        let value = colour.map(|colour| json!({ "string": format!("colour {colour}") }));
        properties.push(json!({ "name": "colour", "value": value }));
    }
    if let Some(size) = edits.size {
        let value = size.map(|size| json!({ "option": SIZES[usize::from(size)] }));
        properties.push(json!({ "name": "size", "value": value }));
    }
    if !properties.is_empty() {
        put("properties", Value::Array(properties));
    }
}

/// A contact's address.
pub fn contact_email(contact: usize) -> String {
    format!("contact{contact}@example.com")
}
