//! What is asked for ahead: lists of a thing that is named by its id. Short ones come along with it, in its own statement;
//! the statements of the others need not wait for the one that reads the thing itself. What is read so is known to the
//! loaders when the lists' own fields ask for it; where a field has arguments that cannot be read, it says so itself.

use async_graphql::{Context, InputType, Lookahead, Name, SelectionField, Value};
use futures_util::future::join_all;
use futures_util::join;

use super::connection::PageArgs;
use super::cursor::ListId;
use super::inputs::{ConversationFilter, ConversationOrder};
use super::joins::conversations_joins;
use super::limits::Limits;
use super::types::{ConversationsOf, ask_for_conversations, ask_for_messages, messages_of};
use crate::domain::id::{ConversationId, InboxId, TicketId};
use crate::store::read::joins::ConversationJoins;
use crate::store::read::page::Page;

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

/// The page that a field wants of its list, where it may come along.
fn along(ctx: &Context<'_>, field: &SelectionField<'_>, list: ListId) -> Option<Page> {
    let args = Arguments::of(field)?.page()?;
    let page = args.page(list, ctx.data::<Limits>().ok()?).ok()?;
    page.may_come_along().then_some(page)
}

/// The same of a list of conversations, whose rows then come without anything beside them.
fn bare_along(ctx: &Context<'_>, field: &SelectionField<'_>, of: ConversationsOf) -> Option<Page> {
    let bare = conversations_joins(&Lookahead::from(*field)) == ConversationJoins::NONE;
    bare.then(|| along(ctx, field, of.list(None)))?
}

/// What comes along with a conversation: a page of its thread, and one of what came before it.
pub(super) fn lists_of_conversation(
    ctx: &Context<'_>,
    id: ConversationId,
) -> (Option<Page>, Option<Page>) {
    let messages = below(ctx, "messages");
    let previous = below(ctx, "previousConversations");
    let of = ConversationsOf::previous(id);
    (
        messages
            .iter()
            .find_map(|field| along(ctx, field, messages_of(id))),
        previous.iter().find_map(|field| bare_along(ctx, field, of)),
    )
}

async fn conversations(ctx: &Context<'_>, of: ConversationsOf, fields: Vec<SelectionField<'_>>) {
    let asked = fields.into_iter().map(async |field| {
        let arguments = Arguments::of(&field)?;
        let filter = arguments.get::<Option<ConversationFilter>>("filter")?;
        let order = arguments.get::<Option<ConversationOrder>>("orderBy")?;
        let look = Lookahead::from(field);
        let page = arguments.page()?;
        // Who asks for it in earnest is told what is wrong.
        let _ = ask_for_conversations(ctx, &look, of, filter, order, page).await;
        Some(())
    });
    join_all(asked).await;
}

async fn messages(ctx: &Context<'_>, of: ConversationId, fields: Vec<SelectionField<'_>>) {
    let asked = fields.into_iter().map(async |field| {
        let page = Arguments::of(&field)?.page()?;
        let _ = ask_for_messages(ctx, of, &page).await;
        Some(())
    });
    join_all(asked).await;
}

/// What is asked of an inbox: its conversations.
pub(super) async fn of_inbox(ctx: &Context<'_>, id: InboxId) {
    let of = ConversationsOf::inbox(id);
    conversations(ctx, of, below(ctx, "conversations")).await;
}

/// What is asked of a conversation and does not come along with it: its thread, and what came before it.
pub(super) async fn of_conversation(
    ctx: &Context<'_>,
    id: ConversationId,
    joins: ConversationJoins,
) {
    let of = ConversationsOf::previous(id);
    let mut thread = below(ctx, "messages");
    thread.retain(|field| {
        joins.messages.is_none() || along(ctx, field, messages_of(id)) != joins.messages
    });
    let mut before = below(ctx, "previousConversations");
    before.retain(|field| joins.previous.is_none() || bare_along(ctx, field, of) != joins.previous);
    join!(messages(ctx, id, thread), conversations(ctx, of, before));
}

/// What is asked of a ticket: its conversations.
pub(super) async fn of_ticket(ctx: &Context<'_>, id: TicketId) {
    let of = ConversationsOf::ticket(id);
    conversations(ctx, of, below(ctx, "conversations")).await;
}
