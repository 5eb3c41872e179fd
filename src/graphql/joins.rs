//! What a query selects beside the rows of a list, so that the list's one statement brings it along.

use async_graphql::{Context, Lookahead};

use super::ahead::lists_of_conversation;
use crate::domain::id::ConversationId;
use crate::store::read::joins::{ConversationJoins, TicketJoins};

/// What is selected of one conversation.
fn of_conversation(
    look: &Lookahead<'_>,
    of_ticket: fn(&Lookahead<'_>) -> TicketJoins,
) -> ConversationJoins {
    let has = |field: &str| look.field(field).exists();
    let ticket = look.field("ticket");
    ConversationJoins {
        contact: has("contact"),
        last_message: has("lastMessage"),
        ticket: ticket.exists().then(|| of_ticket(&ticket)),
        messages: None,
        previous: None,
    }
}

/// What is selected of one ticket of a list.
fn of_listed_ticket(look: &Lookahead<'_>) -> TicketJoins {
    TicketJoins {
        contact: look.field("contact").exists(),
        properties: false,
    }
}

/// What is selected of the one ticket.
fn of_ticket(look: &Lookahead<'_>) -> TicketJoins {
    let has = |field: &str| look.field(field).exists();
    TicketJoins {
        contact: has("contact"),
        properties: has("details") || has("properties"),
    }
}

/// What is selected of the one conversation that the field is.
pub(super) fn conversation_joins(ctx: &Context<'_>, id: ConversationId) -> ConversationJoins {
    let (messages, previous) = lists_of_conversation(ctx, id);
    ConversationJoins {
        messages,
        previous,
        ..of_conversation(&ctx.look_ahead(), of_ticket)
    }
}

/// What is selected of the one ticket that the field is.
pub(super) fn ticket_joins(ctx: &Context<'_>) -> TicketJoins {
    of_ticket(&ctx.look_ahead())
}

/// What is selected of the conversations of the connection that the field is.
pub(super) fn conversations_joins(look: &Lookahead<'_>) -> ConversationJoins {
    let [nodes, edges] = [look.field("nodes"), look.field("edges").field("node")];
    of_conversation(&nodes, of_listed_ticket).and(of_conversation(&edges, of_listed_ticket))
}

/// What is selected of the tickets of the connection that the field is.
pub(super) fn tickets_joins(ctx: &Context<'_>) -> TicketJoins {
    let look = ctx.look_ahead();
    let [nodes, edges] = [look.field("nodes"), look.field("edges").field("node")];
    of_listed_ticket(&nodes).and(of_listed_ticket(&edges))
}
