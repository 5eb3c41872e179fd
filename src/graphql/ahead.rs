//! What is asked for ahead: lists of a thing that is named by its id. Their statements need not wait for the one that reads
//! the thing itself. What is read so is known to the loaders when the lists' own fields ask for it; where a field has
//! arguments that cannot be read, it says so itself.

use async_graphql::{Context, InputType, Lookahead, Name, SelectionField, Value};
use futures_util::future::join_all;
use futures_util::join;

use super::connection::PageArgs;
use super::inputs::{ConversationFilter, ConversationOrder};
use super::types::{ConversationsOf, ask_for_conversations, ask_for_messages};
use crate::domain::id::{ConversationId, InboxId, TicketId};

/// The arguments of a field.
struct Arguments(Vec<(Name, Value)>);

impl Arguments {
    /// None where one has no value, or where it depends on more whether the field is there.
    fn of(field: &SelectionField<'_>) -> Option<Self> {
        let unconditional = field.directives().is_ok_and(|all| all.is_empty());
        unconditional.then(|| field.arguments().ok().map(Self))?
    }

    fn get<T: InputType>(&self, name: &str) -> Option<T> {
        let given = self.0.iter().find(|(given, _)| given == name);
        T::parse(given.map(|(_, value)| value.clone())).ok()
    }

    fn page(&self) -> Option<PageArgs> {
        Some(PageArgs {
            first: self.get("first")?,
            after: self.get("after")?,
            last: self.get("last")?,
            before: self.get("before")?,
        })
    }
}

/// The fields of that name below the one that is being resolved.
fn below<'c>(ctx: &'c Context<'_>, name: &str) -> Vec<SelectionField<'c>> {
    ctx.look_ahead().field(name).selection_fields()
}

async fn conversations(ctx: &Context<'_>, name: &str, of: impl Fn() -> ConversationsOf) {
    let asked = below(ctx, name).into_iter().map(async |field| {
        let arguments = Arguments::of(&field)?;
        let filter = arguments.get::<Option<ConversationFilter>>("filter")?;
        let order = arguments.get::<Option<ConversationOrder>>("orderBy")?;
        let look = Lookahead::from(field);
        let page = arguments.page()?;
        // Who asks for it in earnest is told what is wrong.
        let _ = ask_for_conversations(ctx, &look, of(), filter, order, page).await;
        Some(())
    });
    join_all(asked).await;
}

async fn messages(ctx: &Context<'_>, of: ConversationId) {
    let asked = below(ctx, "messages").into_iter().map(async |field| {
        let page = Arguments::of(&field)?.page()?;
        let _ = ask_for_messages(ctx, of, &page).await;
        Some(())
    });
    join_all(asked).await;
}

/// What is asked of an inbox: its conversations.
pub(super) async fn of_inbox(ctx: &Context<'_>, id: InboxId) {
    conversations(ctx, "conversations", || ConversationsOf::inbox(id)).await;
}

/// What is asked of a conversation: its thread, and what came before it.
pub(super) async fn of_conversation(ctx: &Context<'_>, id: ConversationId) {
    join!(
        messages(ctx, id),
        conversations(ctx, "previousConversations", || {
            ConversationsOf::previous(id)
        }),
    );
}

/// What is asked of a ticket: its conversations.
pub(super) async fn of_ticket(ctx: &Context<'_>, id: TicketId) {
    conversations(ctx, "conversations", || ConversationsOf::ticket(id)).await;
}
