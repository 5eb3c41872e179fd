//! `counts`: live numbers.

use std::sync::Arc;

use async_graphql::Context;
use futures_util::stream::{BoxStream, StreamExt};

use super::{Opening, Wanted, nothing_to_show};
use crate::error::{Error, Result};
use crate::graphql::Shown;
use crate::graphql::inputs::ConversationFilter;
use crate::graphql::limits::Limits;
use crate::graphql::state::state;

fn check(count: usize, limits: &Limits) -> Result<()> {
    let message = if count == 0 {
        "`filters` is empty; give a filter for each number, `{}` for all conversations.".to_owned()
    } else if count > limits.count_filters {
        format!(
            "`filters` has more than {} filters; subscribe several times.",
            limits.count_filters
        )
    } else {
        return Ok(());
    };
    Err(Error::request("BAD_USER_INPUT", message))
}

/// Reads what is wanted, or shows what is pushed.
pub(super) fn counts(
    ctx: &Context<'_>,
    filters: Vec<ConversationFilter>,
) -> async_graphql::Result<BoxStream<'static, Vec<i32>>> {
    if let Some(opening) = ctx.data_opt::<Opening>() {
        let limits = ctx.data::<Limits>()?;
        let me = state(ctx)?.viewer().user();
        check(filters.len(), limits).shown()?;
        let filters = filters.into_iter();
        let filters = filters.map(|filter| ConversationFilter::read(Some(filter), me, limits));
        opening.put(Wanted::Counts(filters.collect::<Result<_>>().shown()?));
        return Ok(tokio_stream::empty().boxed());
    }
    let values = ctx.data_opt::<Arc<Vec<i64>>>();
    let values = values.ok_or_else(nothing_to_show)?.iter();
    let values = values.map(|value| i32::try_from(*value).unwrap_or(i32::MAX));
    Ok(tokio_stream::once(values.collect()).boxed())
}
