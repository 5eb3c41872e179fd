//! Signing in and out, passwords, invitations and tokens: what their mutations run and return.

use async_graphql::{Context, ID, SimpleObject};

use super::payload::{UserError, user_errors};
use crate::domain::access::{Origin, Viewer};
use crate::domain::refusal::Refusal;
use crate::error::{Error, Result};
use crate::graphql::Shown;
use crate::graphql::inputs::credentials::{
    AcceptInvitationInput, ChangePasswordInput, CreateTokenInput, InviteUserInput,
    RevokeSessionInput, RevokeSessionsInput, RevokeTokenInput, SignInInput,
};
use crate::graphql::scalars::DateTime;
use crate::graphql::state::state;
use crate::graphql::types::Token;
use crate::service::credentials::{Invitation, Session};
use crate::service::{OnAccessChange, Service};
use crate::store::credentials;

/// What `signIn` and `acceptInvitation` return.
#[derive(SimpleObject, Default)]
pub struct SessionPayload {
    /// The session's bearer token, which begins with `tds_`: shown only now. Null when it was refused.
    token: Option<String>,
    /// The session's id.
    session_id: Option<ID>,
    /// When it ends, at the latest; earlier when it is not used for a while.
    expires_at: Option<DateTime>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

/// What mutations of sessions, passwords and tokens return that have nothing to show.
#[derive(SimpleObject)]
pub struct AccessPayload {
    /// Why it was refused; empty: it is done.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

/// What `inviteUser` returns.
#[derive(SimpleObject, Default)]
pub struct InvitationPayload {
    /// What the invited one hands to `acceptInvitation`, which begins with `tdi_`: shown only now, and good once. Null
    /// when it was refused.
    token: Option<String>,
    /// When it ends.
    expires_at: Option<DateTime>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

/// What `createToken` returns.
#[derive(SimpleObject, Default)]
pub struct TokenPayload {
    /// The token itself, which begins with `tdm_`: shown only now. Null when it was refused.
    secret: Option<String>,
    /// What is kept of it.
    token: Option<Token>,
    /// Why it was refused.
    user_errors: Vec<UserError>,
    /// As it was given.
    client_mutation_id: Option<String>,
}

fn service<'a>(ctx: &Context<'a>) -> async_graphql::Result<(&'a Service, Viewer)> {
    Ok((ctx.data::<Service>()?, *state(ctx)?.viewer()))
}

/// Where the request came from. A socket has no such thing, and whoever has one open has signed in.
fn origin(ctx: &Context<'_>) -> async_graphql::Result<Origin> {
    ctx.data_opt::<Origin>().cloned().ok_or_else(|| {
        let message = "Sign in with a POST request; sockets are for those who have a token.";
        Error::request("FORBIDDEN", message).into_graphql()
    })
}

/// Whoever lost access by it loses it here at once, elsewhere within the second.
async fn tell(ctx: &Context<'_>) {
    if let Ok(told) = ctx.data::<OnAccessChange>() {
        told().await;
    }
}

fn began(begun: Result<Session, Refusal>, client_mutation_id: Option<String>) -> SessionPayload {
    match begun {
        Ok(session) => SessionPayload {
            token: Some(session.token.reveal().to_owned()),
            session_id: Some(session.id.to_string().into()),
            expires_at: Some(DateTime(session.expires_at)),
            user_errors: Vec::new(),
            client_mutation_id,
        },
        Err(refusal) => SessionPayload {
            user_errors: user_errors(vec![refusal], None),
            client_mutation_id,
            ..SessionPayload::default()
        },
    }
}

async fn done<T>(
    ctx: &Context<'_>,
    result: Result<T, Refusal>,
    client_mutation_id: Option<String>,
) -> AccessPayload {
    let refusals = match result {
        Ok(_) => {
            tell(ctx).await;
            Vec::new()
        }
        Err(refusal) => vec![refusal],
    };
    AccessPayload {
        user_errors: user_errors(refusals, None),
        client_mutation_id,
    }
}

pub(super) async fn sign_in(
    ctx: &Context<'_>,
    mut input: SignInInput,
) -> async_graphql::Result<SessionPayload> {
    let id = input.client_mutation_id.take();
    let begun = match input.order(origin(ctx)?) {
        Ok(order) => ctx.data::<Service>()?.sign_in(order).await.shown()?,
        Err(refusal) => Err(refusal),
    };
    Ok(began(begun, id))
}

pub(super) async fn accept(
    ctx: &Context<'_>,
    mut input: AcceptInvitationInput,
) -> async_graphql::Result<SessionPayload> {
    let id = input.client_mutation_id.take();
    let order = input.order(origin(ctx)?);
    let begun = ctx.data::<Service>()?.accept_invitation(order).await;
    let begun = begun.shown()?;
    if begun.is_ok() {
        // The sessions of before have ended.
        tell(ctx).await;
    }
    Ok(began(begun, id))
}

pub(super) async fn sign_out(
    ctx: &Context<'_>,
    id: Option<String>,
) -> async_graphql::Result<AccessPayload> {
    let (service, viewer) = service(ctx)?;
    let result = service.sign_out(viewer).await.shown()?;
    Ok(done(ctx, result, id).await)
}

pub(super) async fn change_password(
    ctx: &Context<'_>,
    mut input: ChangePasswordInput,
) -> async_graphql::Result<AccessPayload> {
    let id = input.client_mutation_id.take();
    let (service, viewer) = service(ctx)?;
    let changed = service.change_password(viewer, input.order()).await;
    Ok(done(ctx, changed.shown()?, id).await)
}

pub(super) async fn revoke_session(
    ctx: &Context<'_>,
    input: RevokeSessionInput,
) -> async_graphql::Result<AccessPayload> {
    let (service, viewer) = service(ctx)?;
    let result = match input.id() {
        Ok(session) => service.revoke_session(viewer, session).await.shown()?,
        Err(refusal) => Err(refusal),
    };
    Ok(done(ctx, result, input.client_mutation_id).await)
}

pub(super) async fn revoke_sessions(
    ctx: &Context<'_>,
    input: RevokeSessionsInput,
) -> async_graphql::Result<AccessPayload> {
    let (service, viewer) = service(ctx)?;
    let keep = input.keep_current.unwrap_or(true);
    let result = service.revoke_sessions(viewer, keep).await.shown()?;
    Ok(done(ctx, result, input.client_mutation_id).await)
}

pub(super) async fn invite_user(
    ctx: &Context<'_>,
    input: InviteUserInput,
) -> async_graphql::Result<InvitationPayload> {
    let (service, viewer) = service(ctx)?;
    let made = match input.id() {
        Ok(user) => service.invite_user(viewer, user).await.shown()?,
        Err(refusal) => Err(refusal),
    };
    let client_mutation_id = input.client_mutation_id;
    Ok(match made {
        Ok(Invitation { token, expires_at }) => InvitationPayload {
            token: Some(token.reveal().to_owned()),
            expires_at: Some(DateTime(expires_at)),
            user_errors: Vec::new(),
            client_mutation_id,
        },
        Err(refusal) => InvitationPayload {
            user_errors: user_errors(vec![refusal], None),
            client_mutation_id,
            ..InvitationPayload::default()
        },
    })
}

pub(super) async fn create_token(
    ctx: &Context<'_>,
    mut input: CreateTokenInput,
) -> async_graphql::Result<TokenPayload> {
    let client_mutation_id = input.client_mutation_id.take();
    let (service, viewer) = service(ctx)?;
    let made = match input.order() {
        Ok(order) => service.create_token(viewer, order).await.shown()?,
        Err(refusal) => Err(refusal),
    };
    let made = match made {
        Ok(made) => made,
        Err(refusal) => {
            return Ok(TokenPayload {
                user_errors: user_errors(vec![refusal], None),
                client_mutation_id,
                ..TokenPayload::default()
            });
        }
    };
    state(ctx)?.renew();
    let all = credentials::tokens(service.store(), viewer.account);
    let kept = all.await.shown()?.into_iter().find(|row| row.id == made.id);
    Ok(TokenPayload {
        secret: Some(made.secret.reveal().to_owned()),
        token: kept.map(Into::into),
        user_errors: Vec::new(),
        client_mutation_id,
    })
}

pub(super) async fn revoke_token(
    ctx: &Context<'_>,
    input: RevokeTokenInput,
) -> async_graphql::Result<AccessPayload> {
    let (service, viewer) = service(ctx)?;
    let result = match input.id() {
        Ok(token) => service.revoke_token(viewer, token).await.shown()?,
        Err(refusal) => Err(refusal),
    };
    Ok(done(ctx, result, input.client_mutation_id).await)
}
