//! Mutations: each takes its input apart, calls one command and wraps what it returns.

mod credentials;
mod payload;
mod presence;
mod saved_views;
mod settings;

use async_graphql::{Context, Object};

pub use credentials::{AccessPayload, InvitationPayload, SessionPayload, TokenPayload};
pub use payload::{CascadePayload, UserError, WriteResult};
pub use presence::UpdatePresencePayload;
pub use saved_views::SavedViewPayload;
pub use settings::{AccountPayload, UpdateDetailsPanelPayload};

use super::inputs::conversations::{
    ClaimConversationInput, MoveConversationInput, UpdateConversationOwnerInput,
    UpdateConversationStatusInput,
};
use super::inputs::credentials::{
    AcceptInvitationInput, ChangePasswordInput, CreateTokenInput, InviteUserInput,
    RevokeSessionInput, RevokeSessionsInput, RevokeTokenInput, SignInInput, SignOutInput,
};
use super::inputs::messages::{AddNoteInput, ReceiveMessageInput, SendReplyInput};
use super::inputs::presence::UpdatePresenceInput;
use super::inputs::saved_views::{
    CreateSavedViewInput, DeleteSavedViewInput, UpdateSavedViewInput,
};
use super::inputs::settings::{
    CreateChannelInput, CreateInboxInput, CreatePipelineInput, CreatePropertyDefinitionInput,
    CreateTicketStatusInput, CreateUserInput, SetUserInboxesInput, UpdateDetailsPanelInput,
    UpdateInboxInput, UpdatePropertyDefinitionInput, UpdateTicketStatusDefinitionInput,
    UpdateUserInput,
};

use super::inputs::tickets::{
    CreateTicketInput, LinkConversationInput, UpdateTicketOwnerInput, UpdateTicketPropertiesInput,
    UpdateTicketStatusInput,
};
use super::inputs::trash::{
    RestoreFromTrashInput, TrashConversationInput, TrashTicketInput, UndoCascadeInput,
};

/// The root of all mutations.
pub struct Mutation;

/// Commands on conversations and tickets are cascades: one transaction, one entry of the log, one frame for every
/// subscriber. Checks come in this order: input valid, NOT_FOUND, FORBIDDEN, nothing to change (UNCHANGED), IN_TRASH,
/// VERSION_CONFLICT, the rules.
#[Object]
impl Mutation {
    /// Creates a ticket for a conversation that has none (rules 1 and 2). In an account created after 1 April 2024 both
    /// move to the help desk (rule 5).
    async fn create_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which conversation, and what the ticket is to be.")]
        input: CreateTicketInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Adds a conversation to an existing ticket, for good (rules 3 and 4). Changes no status and no owner (rule 25).
    async fn link_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversation, and to which ticket.")] input: LinkConversationInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Gives a ticket another status. Crossing to closed closes its open conversations (rule 11); crossing to open
    /// reopens its conversation where it has exactly one (rules 12 and 13).
    async fn update_ticket_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ticket, and its new status.")] input: UpdateTicketStatusInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Edits a ticket's name, priority and properties (rule 6).
    async fn update_ticket_properties(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ticket, and what of it changes.")]
        input: UpdateTicketPropertiesInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Gives a ticket another owner; no conversation's owner changes (rule 8).
    async fn update_ticket_owner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ticket, and its new owner.")] input: UpdateTicketOwnerInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Closes or reopens one conversation; its ticket and siblings stay as they are (rules 14 and 25).
    async fn update_conversation_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversation, and its new status.")]
        input: UpdateConversationStatusInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Gives a conversation another owner, who becomes its ticket's owner too (rule 7).
    async fn update_conversation_owner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversation, and its new owner.")]
        input: UpdateConversationOwnerInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Makes the viewer the owner if nobody is; of many at once exactly one succeeds.
    async fn claim_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversation.")] input: ClaimConversationInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Moves a conversation to another inbox, and the other conversations of its ticket with it (rule 29).
    async fn move_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversation, and to which inbox.")] input: MoveConversationInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Puts a conversation into the trash, with its ticket and the ticket's other conversations (rules 15 and 18).
    async fn trash_conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which conversation.")] input: TrashConversationInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Puts a ticket into the trash, with its conversations (rule 16).
    async fn trash_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ticket.")] input: TrashTicketInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Restores the whole group that this conversation or ticket is in the trash with (rule 19).
    async fn restore_from_trash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which group, by anything in it.")] input: RestoreFromTrashInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Takes back exactly a cascade's effects, where nothing has changed since (rule 30). Is a cascade itself.
    async fn undo_cascade(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cascade.")] input: UndoCascadeInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Writes to the contact. A conversation without an owner becomes the viewer's (rule 27).
    async fn send_reply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which conversation, and what it says.")] input: SendReplyInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Writes a note for other agents; the contact never sees it.
    async fn add_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which conversation, and what it says.")] input: AddNoteInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// What a channel calls when a contact writes: adds to the channel's thread with this key, or starts one. The
    /// cascade's actor is the contact, found by e-mail address (case does not matter) or telephone number, or created.
    /// A `messageKey` that the channel has had before is UNCHANGED and returns that conversation. For administrators
    /// and integration tokens.
    async fn receive_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By which channel, from whom, in which thread, and what it says.")] input: ReceiveMessageInput,
    ) -> async_graphql::Result<CascadePayload> {
        let id = input.client_mutation_id.clone();
        payload::run(ctx, input.order(), id).await
    }

    /// Chooses which properties the viewer's ticket details panel shows, and in which order (rule 9).
    async fn update_details_panel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which properties, in their order.")] input: UpdateDetailsPanelInput,
    ) -> async_graphql::Result<UpdateDetailsPanelPayload> {
        let id = input.client_mutation_id.clone();
        settings::run_panel(ctx, input.order(), id).await
    }

    /// Creates an inbox. For administrators.
    async fn create_inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the inbox is to be.")] input: CreateInboxInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Changes an inbox. For administrators.
    async fn update_inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which inbox, and what of it changes.")] input: UpdateInboxInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Adds a channel to an inbox. For administrators.
    async fn create_channel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which inbox, and what the channel is to be.")]
        input: CreateChannelInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Adds a user. For administrators.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who the user is, and what they may do.")] input: CreateUserInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Changes a user. Whoever is deactivated loses access within a second. For administrators.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user, and what of them changes.")] input: UpdateUserInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Limits a user to inboxes, or lifts that: what is in other inboxes does not exist for them, neither to see nor to
    /// change, and their subscriptions show nothing of it. What is open with other limits ends within a second, to be
    /// opened anew. An administrator is never limited. For administrators.
    async fn set_user_inboxes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and to which inboxes.")] input: SetUserInboxesInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Creates a pipeline with its statuses. For administrators.
    async fn create_pipeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the pipeline is called, and its statuses.")]
        input: CreatePipelineInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Adds a status to a pipeline. For administrators.
    async fn create_ticket_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which pipeline, and what the status is to be.")]
        input: CreateTicketStatusInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Changes a status. One in use keeps its category (IN_USE). For administrators.
    async fn update_ticket_status_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which status, and what of it changes.")]
        input: UpdateTicketStatusDefinitionInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Defines a ticket property. For administrators.
    async fn create_property_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the property is to be.")] input: CreatePropertyDefinitionInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Changes a property definition. An option in use stays (IN_USE). For administrators.
    async fn update_property_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which property, by its name, and what of it changes.")]
        input: UpdatePropertyDefinitionInput,
    ) -> async_graphql::Result<AccountPayload> {
        let id = input.client_mutation_id.clone();
        settings::run(ctx, input.order(), id).await
    }

    /// Names a filter with its order, for the viewer alone or shared with the account. Everybody keeps their own, 100
    /// at most; sharing, 200 in all, is for agents and administrators. An integration has no views.
    async fn create_saved_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the view is to be.")] input: CreateSavedViewInput,
    ) -> async_graphql::Result<SavedViewPayload> {
        let id = input.client_mutation_id.clone();
        saved_views::run(ctx, input.order(ctx).await?, id).await
    }

    /// Changes a saved view. A shared one is changed by its owner and by administrators.
    async fn update_saved_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which view, and what of it changes.")] input: UpdateSavedViewInput,
    ) -> async_graphql::Result<SavedViewPayload> {
        let id = input.client_mutation_id.clone();
        saved_views::run(ctx, input.order(ctx).await?, id).await
    }

    /// Deletes a saved view; what it listed stays. A shared one is deleted by its owner and by administrators.
    async fn delete_saved_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which view.")] input: DeleteSavedViewInput,
    ) -> async_graphql::Result<SavedViewPayload> {
        let id = input.client_mutation_id.clone();
        saved_views::run(ctx, input.order(), id).await
    }

    /// Whoever subscribes to `presence` is shown as looking; this says whether they write. No cascade: it is seen and
    /// forgotten, and written down nowhere.
    async fn update_presence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which conversation, and whether they write.")]
        input: UpdatePresenceInput,
    ) -> async_graphql::Result<UpdatePresencePayload> {
        presence::run(ctx, input).await
    }

    /// Begins a session with e-mail address and password. Needs no token; the answer is one, to be sent as
    /// `Authorization: Bearer …` or in `connection_init`. Who fails again and again has to wait: TOO_MANY_ATTEMPTS.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in, and with what.")] input: SignInInput,
    ) -> async_graphql::Result<SessionPayload> {
        credentials::sign_in(ctx, input).await
    }

    /// Chooses a password with an invitation, ends all earlier sessions and begins one. Needs no token.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation, and the password chosen.")] input: AcceptInvitationInput,
    ) -> async_graphql::Result<SessionPayload> {
        credentials::accept(ctx, input).await
    }

    /// Ends the session that asks, and with it its streams and sockets.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "May be left out.")] input: Option<SignOutInput>,
    ) -> async_graphql::Result<AccessPayload> {
        credentials::sign_out(ctx, input.and_then(|input| input.client_mutation_id)).await
    }

    /// Changes the viewer's password and ends all their other sessions.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password until now, and the new one.")] input: ChangePasswordInput,
    ) -> async_graphql::Result<AccessPayload> {
        credentials::change_password(ctx, input).await
    }

    /// Ends one of the viewer's own sessions, with its streams and sockets.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: RevokeSessionInput,
    ) -> async_graphql::Result<AccessPayload> {
        credentials::revoke_session(ctx, input).await
    }

    /// Ends the viewer's own sessions, all others or all, with their streams and sockets.
    async fn revoke_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions.")] input: RevokeSessionsInput,
    ) -> async_graphql::Result<AccessPayload> {
        credentials::revoke_sessions(ctx, input).await
    }

    /// Makes a one-time token by which a user chooses a password: the first, or another one after forgetting it. For
    /// administrators who have signed in.
    async fn invite_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user.")] input: InviteUserInput,
    ) -> async_graphql::Result<InvitationPayload> {
        credentials::invite_user(ctx, input).await
    }

    /// Makes a token for a program, or for a script that acts in the viewer's name. For administrators who have signed
    /// in.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For whom, and what it may do.")] input: CreateTokenInput,
    ) -> async_graphql::Result<TokenPayload> {
        credentials::create_token(ctx, input).await
    }

    /// Revokes a token; its streams and sockets end within a second. For administrators who have signed in.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: RevokeTokenInput,
    ) -> async_graphql::Result<AccessPayload> {
        credentials::revoke_token(ctx, input).await
    }
}
