//! `conversationView`: a live list.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};
use async_graphql::{Context, ID, SimpleObject, Union};
use futures_util::stream::{BoxStream, StreamExt};

use super::{Opening, Wanted, nothing_to_show};
use crate::domain::live::{self, Entered, Frame, Spec, Watch};
use crate::graphql::Shown;
use crate::graphql::connection::PageArgs;
use crate::graphql::cursor::{ListId, ListKind};
use crate::graphql::inputs::{ConversationFilter, ConversationOrder};
use crate::graphql::limits::Limits;
use crate::graphql::scalars::Cursor;
use crate::graphql::state::state;
use crate::graphql::types::Conversation;

/// What a live list tells: first the list as it is, then each change of it.
#[derive(Union)]
pub enum ConversationViewFrame {
    /// The list as it is.
    Snapshot(ConversationViewSnapshot),
    /// What has become of it.
    Change(ConversationViewChange),
}

/// The list as it is: the first frame.
#[derive(SimpleObject)]
pub struct ConversationViewSnapshot {
    /// The page, in the order that was asked for.
    nodes: Vec<Conversation>,
    /// How many conversations pass the filter, beyond the page too.
    total_count: i32,
    /// The position at which this is true.
    cursor: Cursor,
}

/// What one cascade did to the list.
///
/// To apply: take out `left` and all that `entered` or `updated` names, then insert these by rising `index`, their
/// place in the finished list. What is pushed past the end of the page is in `left`.
#[derive(SimpleObject)]
pub struct ConversationViewChange {
    /// The conversations that are no longer on the page.
    left: Vec<ID>,
    /// The conversations that are new on the page.
    entered: Vec<ViewEntry>,
    /// The conversations of the page that changed, or of which something changed that is shown with them: their
    /// ticket, for instance. What merely moved because others did is not among them.
    updated: Vec<ViewEntry>,
    /// How many conversations pass the filter now, beyond the page too.
    total_count: i32,
    /// The position at which this is true.
    cursor: Cursor,
}

/// A conversation and its place in a live list.
#[derive(SimpleObject)]
pub struct ViewEntry {
    /// Its place in the finished list; counts from 0.
    index: i32,
    /// The conversation.
    node: Conversation,
}

fn int(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn entry(entered: &Entered) -> ViewEntry {
    ViewEntry {
        index: i32::try_from(entered.index).unwrap_or(i32::MAX),
        node: Conversation::new(Arc::clone(&entered.node)),
    }
}

impl From<&Frame> for ConversationViewFrame {
    fn from(frame: &Frame) -> Self {
        match frame {
            Frame::Snapshot(page) => Self::Snapshot(ConversationViewSnapshot {
                nodes: page.nodes.iter().cloned().map(Conversation::new).collect(),
                total_count: int(page.total),
                cursor: Cursor(page.at),
            }),
            Frame::Change(change) => Self::Change(ConversationViewChange {
                left: change.left.iter().map(|id| id.to_string().into()).collect(),
                entered: change.entered.iter().map(entry).collect(),
                updated: change.updated.iter().map(entry).collect(),
                total_count: int(change.total),
                cursor: Cursor(change.at),
            }),
        }
    }
}

/// Reads what is wanted, or shows what is pushed.
pub(super) fn conversation_view(
    ctx: &Context<'_>,
    filter: Option<ConversationFilter>,
    order: Option<ConversationOrder>,
    first: Option<i32>,
) -> async_graphql::Result<BoxStream<'static, ConversationViewFrame>> {
    if let Some(opening) = ctx.data_opt::<Opening>() {
        let limits = ctx.data::<Limits>()?;
        let me = state(ctx)?.viewer().user();
        let list = ListId::by_time(ListKind::Conversations, 0);
        let page = PageArgs::forward(first, None).page(list, limits).shown()?;
        opening.put(Wanted::View(Spec {
            filter: ConversationFilter::read(filter, me, limits).shown()?,
            order: order.unwrap_or_default().into(),
            first: page.size,
            watch: Watch::default(),
        }));
        return Ok(tokio_stream::empty().boxed());
    }
    let frame = ctx.data_opt::<Arc<live::Frame>>();
    let frame = frame.ok_or_else(nothing_to_show)?;
    Ok(tokio_stream::once((&**frame).into()).boxed())
}

/// What the document shows of conversations that is not their own.
#[must_use]
pub fn watch(document: &ExecutableDocument) -> Watch {
    let mut fields = HashSet::new();
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values().collect(),
    };
    for operation in operations {
        collect(&operation.node.selection_set.node, &mut fields);
    }
    for fragment in document.fragments.values() {
        collect(&fragment.node.selection_set.node, &mut fields);
    }
    let any = |names: &[&str]| names.iter().any(|name| fields.contains(name));
    Watch {
        ticket: any(&["ticket"]),
        contact: any(&["contact"]),
        related: any(&["conversations", "previousConversations", "tickets"]),
    }
}

fn collect<'a>(selection: &'a SelectionSet, fields: &mut HashSet<&'a str>) {
    for item in &selection.items {
        match &item.node {
            Selection::Field(field) => {
                fields.insert(field.node.name.node.as_str());
                collect(&field.node.selection_set.node, fields);
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, fields);
            }
            // Its fields are collected with all fragments.
            Selection::FragmentSpread(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn watched(query: &str) -> Watch {
        watch(&parse_query(query).unwrap())
    }

    #[test]
    fn sees_what_is_shown_wherever_it_stands() {
        let own = "subscription { conversationView { ... on ConversationViewSnapshot { nodes { id owner { name } } } } }";
        assert_eq!(watched(own), Watch::default());
        let ticket = "subscription { conversationView { ...F } } fragment F on ConversationViewChange { \
                      entered { node { t: ticket { number } } } }";
        let expected = Watch {
            ticket: true,
            ..Watch::default()
        };
        assert_eq!(watched(ticket), expected);
        let all = "subscription { conversationView { ... on ConversationViewSnapshot { nodes { \
                   contact { tickets { nodes { id } } } } } } }";
        let expected = Watch {
            ticket: false,
            contact: true,
            related: true,
        };
        assert_eq!(watched(all), expected);
    }
}
