//! What changes of the account's settings return.

use async_graphql::{Context, SimpleObject};

use super::payload::{UserError, user_errors};
use crate::domain::id::AnyId;
use crate::domain::refusal::Refusal;
use crate::graphql::Shown;
use crate::graphql::gate::agree;
use crate::graphql::state::state;
use crate::graphql::types::{
    Channel, Inbox, Node, Pipeline, PropertyDefinition, TicketStatus, User, Viewer, node,
};
use crate::service::OnAccessChange;
use crate::service::Service;
use crate::service::admin::{Changed, SettingsOrder};

/// What was made or changed; the others are null.
#[derive(SimpleObject, Default)]
pub struct AccountPayload {
    /// The inbox.
    inbox: Option<Inbox>,
    /// The channel.
    channel: Option<Channel>,
    /// The user.
    user: Option<User>,
    /// The pipeline.
    pipeline: Option<Pipeline>,
    /// The status.
    status: Option<TicketStatus>,
    /// The property definition.
    property: Option<PropertyDefinition>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

/// What `updateDetailsPanel` returns.
#[derive(SimpleObject)]
pub struct UpdateDetailsPanelPayload {
    /// The viewer with the new panel; null when it was refused.
    viewer: Option<Viewer>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

pub(super) async fn change<O: SettingsOrder>(
    ctx: &Context<'_>,
    order: Result<O, Refusal>,
) -> async_graphql::Result<Result<Changed, Refusal>> {
    agree(ctx, O::ACTION)?;
    let state = state(ctx)?;
    let order = match order {
        Ok(order) => order,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let changed = ctx
        .data::<Service>()?
        .change_settings(*state.viewer(), order)
        .await
        .shown()?;
    state.renew();
    Ok(changed)
}

/// Changes settings and shows what was changed.
pub(super) async fn run<O: SettingsOrder>(
    ctx: &Context<'_>,
    order: Result<O, Refusal>,
    client_mutation_id: Option<String>,
) -> async_graphql::Result<AccountPayload> {
    let mut payload = AccountPayload {
        client_mutation_id,
        ..AccountPayload::default()
    };
    let id = match change(ctx, order).await? {
        Ok(Changed::Inbox(id)) => AnyId::Inbox(id),
        Ok(Changed::Channel(id)) => AnyId::Channel(id),
        Ok(Changed::User(id)) => {
            // Whoever lost access loses it here at once, elsewhere within the second.
            if let Ok(told) = ctx.data::<OnAccessChange>() {
                told().await;
            }
            AnyId::User(id)
        }
        Ok(Changed::Pipeline(id)) => AnyId::Pipeline(id),
        Ok(Changed::Status(id)) => AnyId::Status(id),
        Ok(Changed::Property(id)) => AnyId::Property(id),
        Ok(Changed::Panel | Changed::SavedView(_) | Changed::SavedViewDeleted(_)) => {
            return Ok(payload);
        }
        Err(refusal) => {
            payload.user_errors = user_errors(vec![refusal], None);
            return Ok(payload);
        }
    };
    let reader = state(ctx)?.reader();
    match node(&reader, id).await? {
        Some(Node::Inbox(inbox)) => payload.inbox = Some(inbox),
        Some(Node::Channel(channel)) => payload.channel = Some(channel),
        Some(Node::User(user)) => payload.user = Some(user),
        Some(Node::Pipeline(pipeline)) => payload.pipeline = Some(pipeline),
        Some(Node::TicketStatus(status)) => payload.status = Some(status),
        Some(Node::PropertyDefinition(property)) => payload.property = Some(property),
        _ => {}
    }
    Ok(payload)
}

/// Changes the viewer's panel and shows it.
pub(super) async fn run_panel<O: SettingsOrder>(
    ctx: &Context<'_>,
    order: Result<O, Refusal>,
    client_mutation_id: Option<String>,
) -> async_graphql::Result<UpdateDetailsPanelPayload> {
    Ok(match change(ctx, order).await? {
        Ok(_) => UpdateDetailsPanelPayload {
            viewer: Some(Viewer),
            user_errors: Vec::new(),
            client_mutation_id,
        },
        Err(refusal) => {
            let user_errors = user_errors(vec![refusal], None);
            UpdateDetailsPanelPayload {
                viewer: None,
                user_errors,
                client_mutation_id,
            }
        }
    })
}
