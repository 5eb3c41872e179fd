//! What a query selects beside the rows of a list, so that the list's one statement brings it along.

use async_graphql::{Context, Lookahead};

use crate::store::read::joins::{ConversationJoins, TicketJoins};

/// What is selected of one conversation.
fn of_conversation(look: &Lookahead<'_>) -> ConversationJoins {
    let has = |field: &str| look.field(field).exists();
    let ticket = look.field("ticket");
    ConversationJoins {
        contact: has("contact"),
        owner: has("owner"),
        last_message: has("lastMessage"),
        ticket: ticket.exists().then(|| of_ticket(&ticket)),
    }
}

/// What is selected of one ticket.
fn of_ticket(look: &Lookahead<'_>) -> TicketJoins {
    let card = look.field("card");
    let has = |field: &str| look.field(field).exists() || card.field(field).exists();
    TicketJoins {
        status: has("status"),
        owner: has("owner"),
        contact: look.field("contact").exists(),
    }
}

/// What is selected of the one conversation that the field is.
pub(super) fn conversation_joins(ctx: &Context<'_>) -> ConversationJoins {
    of_conversation(&ctx.look_ahead())
}

/// What is selected of the one ticket that the field is.
pub(super) fn ticket_joins(ctx: &Context<'_>) -> TicketJoins {
    of_ticket(&ctx.look_ahead())
}

/// What is selected of the conversations of the connection that the field is.
pub(super) fn conversations_joins(ctx: &Context<'_>) -> ConversationJoins {
    let look = ctx.look_ahead();
    of_conversation(&look.field("nodes")).and(of_conversation(&look.field("edges").field("node")))
}

/// What is selected of the tickets of the connection that the field is.
pub(super) fn tickets_joins(ctx: &Context<'_>) -> TicketJoins {
    let look = ctx.look_ahead();
    of_ticket(&look.field("nodes")).and(of_ticket(&look.field("edges").field("node")))
}
