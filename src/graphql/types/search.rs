//! What a search found.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, Union};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Conversation, Ticket};
use crate::domain::cascade::Subject;
use crate::domain::id::MessageId;
use crate::domain::property::Value;
use crate::domain::search::{Part, Query, Words, excerpt};
use crate::error::Error;
use crate::graphql::Shown;
use crate::graphql::connection::{PageArgs, PageInfo};
use crate::graphql::cursor::{ListId, ListKind};
use crate::graphql::limits::Limits;
use crate::graphql::state::{Reader, reader};
use crate::store::read::page::{Key, Rows};
use crate::store::read::search;

/// Something that a search found.
#[derive(Union, Clone)]
pub enum SearchResult {
    /// A conversation.
    Conversation(Conversation),
    /// A ticket.
    Ticket(Ticket),
}

/// A part of an excerpt: plain text, marked where it is what was looked for.
#[derive(SimpleObject)]
pub struct ExcerptPart {
    /// What it says.
    text: String,
    /// Whether it is what was looked for.
    found: bool,
}

impl From<Part> for ExcerptPart {
    fn from(part: Part) -> Self {
        Self {
            text: part.text,
            found: part.found,
        }
    }
}

/// The list of just this search: what a cursor of another one stands for says nothing here.
fn list(query: &Query) -> ListId {
    let mut hash = Sha256::new();
    for (sign, terms) in [('+', &query.wanted), ('-', &query.unwanted)] {
        for term in terms {
            hash.update(format!("{sign}{}{}\0", term.phrase, term.text));
        }
    }
    let hash: [u8; 32] = hash.finalize().into();
    let first = hash.first_chunk::<16>().copied().unwrap_or_default();
    ListId::by_number(ListKind::Search, 0).of(Uuid::from_bytes(first))
}

/// One thing that was found.
pub struct SearchEdge {
    node: SearchResult,
    message: Option<MessageId>,
    key: Key,
    list: ListId,
    query: Arc<Query>,
}

/// One thing that was found.
#[Object]
impl SearchEdge {
    /// Where it stands among what was found.
    async fn cursor(&self) -> String {
        self.list.encode(self.key)
    }

    /// The thing.
    async fn node(&self) -> &SearchResult {
        &self.node
    }

    /// The text around what was found, about 200 characters, as plain text in parts; those that were found are marked.
    /// Of the message in which it was found, else of the subject, the contact, or the ticket's name, number or
    /// properties.
    async fn excerpt(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ExcerptPart>> {
        let reader = reader(ctx)?;
        let parts = match &self.node {
            SearchResult::Conversation(conversation) => {
                self.of_conversation(&reader, conversation).await?
            }
            SearchResult::Ticket(ticket) => self.of_ticket(&reader, ticket).await?,
        };
        Ok(parts.into_iter().flatten().map(ExcerptPart::from).collect())
    }
}

impl SearchEdge {
    async fn of_conversation(
        &self,
        reader: &Reader,
        conversation: &Conversation,
    ) -> async_graphql::Result<Option<Vec<Part>>> {
        if let Some(id) = self.message {
            let message = reader.loaders().messages.one(id).await?;
            if let Some(parts) = message.and_then(|message| excerpt(&message.text, &self.query)) {
                return Ok(Some(parts));
            }
        }
        let image = conversation.image();
        let subject = image.subject.as_deref();
        if let Some(parts) = subject.and_then(|text| excerpt(text, &self.query)) {
            return Ok(Some(parts));
        }
        let contact = reader.loaders().contacts.one(image.contact).await?;
        let contact = contact.and_then(|contact| {
            let texts = [&contact.name, &contact.email, &contact.phone];
            texts
                .into_iter()
                .flatten()
                .find_map(|text| excerpt(text, &self.query))
        });
        Ok(contact)
    }

    async fn of_ticket(
        &self,
        reader: &Reader,
        ticket: &Ticket,
    ) -> async_graphql::Result<Option<Vec<Part>>> {
        let image = ticket.image();
        if self.query.number() == Some(image.number) {
            return Ok(excerpt(&image.number.to_string(), &self.query));
        }
        if let Some(parts) = excerpt(&image.name, &self.query) {
            return Ok(Some(parts));
        }
        let held = ticket.held(reader).await?;
        let mut texts = held.values().filter_map(|held| match &held.value {
            Some(Value::String(text)) => Some(text),
            _ => None,
        });
        let found = texts.find_map(|text| excerpt(text, &self.query));
        // A number may also be one word of several.
        Ok(found.or_else(|| excerpt(&image.number.to_string(), &self.query)))
    }
}

/// A page of what was found: best first, most recent first among equals.
pub struct SearchConnection {
    edges: Vec<SearchEdge>,
    more_before: bool,
    more_after: bool,
    found: Option<Arc<(Query, Words)>>,
}

/// A page of what was found: best first, most recent first among equals.
#[Object]
impl SearchConnection {
    /// What was found, with cursors and excerpts.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// What was found alone.
    async fn nodes(&self) -> Vec<&SearchResult> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> PageInfo {
        let cursor = |edge: &SearchEdge| edge.list.encode(edge.key);
        PageInfo {
            has_next_page: self.more_after,
            has_previous_page: self.more_before,
            start_cursor: self.edges.first().map(cursor),
            end_cursor: self.edges.last().map(cursor),
        }
    }

    /// How much is found in all, of what is ranked. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let Some((query, words)) = self.found.as_deref() else {
            return Ok(0);
        };
        let reader = reader(ctx)?;
        let count = search::count(reader.source(), query, words).await.shown()?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// Searches.
pub(in crate::graphql) async fn search(
    ctx: &Context<'_>,
    text: &str,
    args: PageArgs,
) -> async_graphql::Result<SearchConnection> {
    let query = Query::parse(text)
        .map_err(|error| Error::request("BAD_USER_INPUT", format!("{error}.")))
        .shown()?;
    let list = list(&query);
    let page = args.page(list, ctx.data::<Limits>()?).shown()?;
    let reader = reader(ctx)?;
    let words = if query.is_empty() {
        None
    } else {
        search::words(reader.source(), &query).await.shown()?
    };
    let hits = match &words {
        None => Rows::default(),
        Some(words) => {
            let hits = search::page(reader.source(), &query, words, page).await;
            hits.shown()?
        }
    };
    let query = Arc::new(query);
    let found = hits.rows.iter().map(|hit| find(&reader, hit.subject));
    let found = futures_util::future::try_join_all(found).await?;
    let edges = found.into_iter().zip(&hits.rows).filter_map(|(node, hit)| {
        Some(SearchEdge {
            node: node?,
            message: hit.message,
            key: hit.key,
            list,
            query: Arc::clone(&query),
        })
    });
    Ok(SearchConnection {
        edges: edges.collect(),
        more_before: hits.more_before,
        more_after: hits.more_after,
        found: words.map(|words| Arc::new((Query::clone(&query), words))),
    })
}

async fn find(reader: &Reader, subject: Subject) -> async_graphql::Result<Option<SearchResult>> {
    Ok(match subject {
        Subject::Ticket(id) => Ticket::find(reader, id).await?.map(SearchResult::Ticket),
        Subject::Conversation(id) => Conversation::find(reader, id)
            .await?
            .map(SearchResult::Conversation),
    })
}
