//! `updatePresence`.

use async_graphql::{Context, SimpleObject};

use super::payload::{UserError, user_errors};
use crate::domain::access::Action;
use crate::graphql::Shown;
use crate::graphql::gate::agree;
use crate::graphql::inputs::presence::UpdatePresenceInput;
use crate::graphql::state::state;
use crate::service::Service;
use crate::service::presence::OnTyping;

/// What `updatePresence` returns.
#[derive(SimpleObject)]
pub struct UpdatePresencePayload {
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

/// Says whether the viewer writes.
pub(super) async fn run(
    ctx: &Context<'_>,
    input: UpdatePresenceInput,
) -> async_graphql::Result<UpdatePresencePayload> {
    agree(ctx, Action::Own)?;
    let said = match input.conversation() {
        Ok(conversation) => {
            let (service, announce) = (ctx.data::<Service>()?, ctx.data::<OnTyping>()?);
            let viewer = *state(ctx)?.viewer();
            let said = service.update_presence(viewer, conversation, input.typing, announce);
            said.await.shown()?
        }
        Err(refusal) => Err(refusal),
    };
    Ok(UpdatePresencePayload {
        user_errors: user_errors(said.err().into_iter().collect(), None),
        client_mutation_id: input.client_mutation_id,
    })
}
