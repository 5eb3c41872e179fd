//! What changes of saved views return.

use async_graphql::{Context, ID, SimpleObject};

use super::payload::{UserError, user_errors};
use super::settings::change;
use crate::domain::id::AnyId;
use crate::domain::refusal::Refusal;
use crate::graphql::state::state;
use crate::graphql::types::{Node, SavedView, node};
use crate::service::admin::{Changed, SettingsOrder};

/// What changes of saved views return.
#[derive(SimpleObject, Default)]
pub struct SavedViewPayload {
    /// The view as it is now; null when it was refused or deleted.
    saved_view: Option<SavedView>,
    /// The id of the view that was deleted, for clients to take it out of their lists.
    deleted_saved_view_id: Option<ID>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

/// Makes, changes or deletes a view, and shows it.
pub(super) async fn run<O: SettingsOrder>(
    ctx: &Context<'_>,
    order: Result<O, Refusal>,
    client_mutation_id: Option<String>,
) -> async_graphql::Result<SavedViewPayload> {
    let mut payload = SavedViewPayload {
        client_mutation_id,
        ..SavedViewPayload::default()
    };
    match change(ctx, order).await? {
        Ok(Changed::SavedView(id)) => {
            let reader = state(ctx)?.reader();
            if let Some(Node::SavedView(view)) = node(&reader, AnyId::SavedView(id)).await? {
                payload.saved_view = Some(view);
            }
        }
        Ok(Changed::SavedViewDeleted(id)) => {
            payload.deleted_saved_view_id = Some(id.to_string().into());
        }
        Ok(_) => {}
        Err(refusal) => payload.user_errors = user_errors(vec![refusal], None),
    }
    Ok(payload)
}
