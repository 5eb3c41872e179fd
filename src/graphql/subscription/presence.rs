//! `presence`: who is there is known to the server above, which puts it into the request; here it gets names.

use std::sync::Arc;

use async_graphql::{Context, ID};
use futures_util::stream::{BoxStream, StreamExt};

use super::{Opening, Wanted, gone};
use crate::domain::id::ConversationId;
use crate::domain::presence::Present;
use crate::error::Error;
use crate::graphql::state::reader;
use crate::graphql::types::{Conversation, Presence, presences};

/// Who one frame shows; in the data of the request.
#[derive(Debug, Clone)]
pub struct Shown(pub Arc<[Present]>);

/// What is wanted, or one frame.
pub(super) async fn presence(
    ctx: &Context<'_>,
    conversation: &ID,
) -> async_graphql::Result<BoxStream<'static, Vec<Presence>>> {
    let id = ConversationId::parse(conversation).map_err(|error| gone(&error.to_string()))?;
    if let Some(opening) = ctx.data_opt::<Opening>() {
        opening.put(Wanted::Presence { conversation: id });
        return Ok(tokio_stream::empty().boxed());
    }
    let none = || Error::Internal("presence was executed without people".to_owned()).into_graphql();
    let shown = ctx.data_opt::<Shown>().ok_or_else(none)?;
    let reader = reader(ctx)?;
    // Each time, so that nobody goes on seeing who is at what is no longer theirs to see.
    if Conversation::find(&reader, id).await?.is_none() {
        return Err(gone(&format!("there is no conversation `{id}`")));
    }
    let people = presences(&reader, &shown.0).await?;
    Ok(tokio_stream::once(people).boxed())
}
