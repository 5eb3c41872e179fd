//! What the command line does: accounts, their first users, and tokens.

use uuid::Uuid;

use super::credentials::{end_of, integration_named};
use crate::domain::access::Scopes;
use crate::domain::id::{
    AccountId, ChannelId, InboxId, IntegrationId, PipelineId, StatusId, TokenId, UserId,
};
use crate::domain::image::Time;
use crate::domain::noun::{ChannelKind, Role, StatusCategory, TokenKind};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::text;
use crate::error::Result;
use crate::store::credentials::{self, NewToken};
use crate::store::token::{hash_token, new_token};
use crate::store::{Scope, Store, Tx, accounts};

/// The statuses of a new account's pipeline.
const FIRST_PIPELINE: [(&str, StatusCategory); 4] = [
    ("New", StatusCategory::Open),
    ("Waiting on contact", StatusCategory::Open),
    ("Waiting on us", StatusCategory::Open),
    ("Closed", StatusCategory::Closed),
];

/// The longest e-mail address, in characters: 64 before the `@` and 255 after it (RFC 3696, section 3).
pub const EMAIL_CHARS: usize = 320;

/// A new account with all that it needs to begin.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The account.
    pub account: AccountId,
    /// Its first administrator.
    pub user: UserId,
    /// The administrator's token; shown only now.
    pub token: String,
    /// Its first inbox.
    pub inbox: InboxId,
    /// That inbox' channel.
    pub channel: ChannelId,
    /// Its first pipeline: New, Waiting on contact, Waiting on us, Closed.
    pub pipeline: PipelineId,
}

/// A user with a token.
#[derive(Debug, Clone)]
pub struct UserToken {
    /// The account.
    pub account: AccountId,
    /// The user; none for an integration.
    pub user: Option<UserId>,
    /// The integration; none for a user.
    pub integration: Option<IntegrationId>,
    /// The token; shown only now.
    pub token: String,
}

fn check_name(field: &str, name: &str) -> Result<()> {
    text::check_filled(name, text::NAME_CHARS).map_err(|error| {
        Refusal::at(
            ErrorCode::InvalidValue,
            field,
            format!("The {field} {error}."),
        )
        .into()
    })
}

/// Whether a text can be an e-mail address: something before and after one `@`, no white space.
///
/// # Errors
/// `INVALID_VALUE` where it cannot.
pub fn check_email(email: &str) -> Result<(), Refusal> {
    let refuse = |why: String| Refusal::at(ErrorCode::InvalidValue, "email", why);
    text::check_filled(email, EMAIL_CHARS)
        .map_err(|error| refuse(format!("The e-mail address {error}.")))?;
    let valid = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    if valid && !email.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(refuse(
        "That is not an e-mail address; it needs the form name@domain.".to_owned(),
    ))
}

/// Creates an account: an administrator with a token, an inbox with a channel, and a pipeline.
///
/// # Errors
/// Where a name or the address cannot be, or the database is away.
pub async fn create_account(
    store: &Store,
    name: &str,
    admin_email: &str,
    created_at: Time,
) -> Result<NewAccount> {
    check_name("name", name)?;
    check_email(admin_email)?;
    let tx = store.begin(Scope::Across).await?;
    let account = AccountId(Uuid::now_v7());
    accounts::insert_account(&tx, account, name, created_at).await?;
    let local = admin_email.split('@').next().unwrap_or(admin_email);
    let user = add_user(&tx, account, admin_email, local, Role::Admin).await?;
    let token = add_token(&tx, account, Some(user), None).await?;
    let inbox = InboxId(Uuid::now_v7());
    accounts::insert_inbox(&tx, account, inbox, "Inbox", false).await?;
    let channel = ChannelId(Uuid::now_v7());
    accounts::insert_channel(
        &tx,
        account,
        channel,
        inbox,
        ChannelKind::Email,
        "E-mail",
        None,
    )
    .await?;
    let pipeline = PipelineId(Uuid::now_v7());
    accounts::insert_pipeline(&tx, account, pipeline, "Support").await?;
    for (position, (name, category)) in (0..).zip(FIRST_PIPELINE) {
        let id = StatusId(Uuid::now_v7());
        accounts::insert_status(&tx, account, pipeline, id, name, category, position).await?;
    }
    tx.commit().await?;
    Ok(NewAccount {
        account,
        user,
        token,
        inbox,
        channel,
        pipeline,
    })
}

async fn add_user(
    tx: &Tx,
    account: AccountId,
    email: &str,
    name: &str,
    role: Role,
) -> Result<UserId> {
    let id = UserId(Uuid::now_v7());
    accounts::insert_user(tx, account, id, name, email, role).await?;
    Ok(id)
}

async fn add_token(
    tx: &Tx,
    account: AccountId,
    user: Option<UserId>,
    integration: Option<IntegrationId>,
) -> Result<String> {
    let token = new_token()?;
    let id = TokenId(Uuid::now_v7());
    accounts::insert_token(tx, account, id, user, integration, hash_token(&token)).await?;
    Ok(token)
}

/// Creates a user with a token.
///
/// # Errors
/// `NOT_FOUND` without the account, `ALREADY_EXISTS` for a second user of that address, `INVALID_VALUE`.
pub async fn create_user(
    store: &Store,
    account: AccountId,
    email: &str,
    name: &str,
    role: Role,
) -> Result<UserToken> {
    check_name("name", name)?;
    check_email(email)?;
    let tx = store.begin(Scope::Across).await?;
    if !accounts::lock_settings(&tx, account).await? {
        let message = format!("There is no account `{account}`.");
        return Err(Refusal::at(ErrorCode::NotFound, "account", message).into());
    }
    if accounts::email_taken(&tx, account, email).await? {
        let message = format!("The account already has a user with the address {email}.");
        return Err(Refusal::at(ErrorCode::AlreadyExists, "email", message).into());
    }
    let user = add_user(&tx, account, email, name, role).await?;
    let token = add_token(&tx, account, Some(user), None).await?;
    tx.commit().await?;
    Ok(UserToken {
        account,
        user: Some(user),
        integration: None,
        token,
    })
}

/// The one active user with that address.
pub(super) async fn the_user(
    tx: &Tx,
    email: &str,
    account: Option<AccountId>,
) -> Result<(AccountId, UserId)> {
    let found = accounts::users_by_email(tx, email, account).await?;
    match *found.as_slice() {
        [one] => Ok(one),
        [] => {
            let message = format!("There is no active user with the address {email}.");
            Err(Refusal::at(ErrorCode::NotFound, "email", message).into())
        }
        ref several => {
            let names: Vec<_> = several
                .iter()
                .map(|(account, _)| account.to_string())
                .collect();
            let message = format!(
                "Several accounts have a user {email}; say which with --account: {}.",
                names.join(", ")
            );
            Err(Refusal::at(ErrorCode::InvalidValue, "email", message).into())
        }
    }
}

/// Makes a further token for the user with that address.
///
/// # Errors
/// `NOT_FOUND` without such an active user, `INVALID_VALUE` where several accounts have one and none is named.
pub async fn create_token(
    store: &Store,
    email: &str,
    account: Option<AccountId>,
) -> Result<UserToken> {
    create_limited_token(store, email, account, &TokenLimits::default()).await
}

/// How far a token made on the command line goes.
#[derive(Debug, Clone, Default)]
pub struct TokenLimits {
    /// What people call it.
    pub name: Option<String>,
    /// What it is good for; none: for all that its holder may do.
    pub scopes: Option<Scopes>,
    /// Days until its end; none: it has none.
    pub days: Option<i32>,
}

/// As [`create_token`], with limits.
///
/// # Errors
/// As [`create_token`]; `INVALID_VALUE` for limits that cannot be.
pub async fn create_limited_token(
    store: &Store,
    email: &str,
    account: Option<AccountId>,
    limits: &TokenLimits,
) -> Result<UserToken> {
    check_email(email)?;
    let tx = store.begin(Scope::Across).await?;
    let (account, user) = the_user(&tx, email, account).await?;
    let token = add_limited_token(&tx, account, Some(user), None, limits).await?;
    tx.commit().await?;
    Ok(UserToken {
        account,
        user: Some(user),
        integration: None,
        token,
    })
}

/// Makes a token for a program, by its name in the account, which is created where it is new. It is good for all but
/// the account's settings.
///
/// # Errors
/// `NOT_FOUND` without the account, `INVALID_VALUE` for the name.
pub async fn create_integration_token(
    store: &Store,
    account: AccountId,
    name: &str,
) -> Result<UserToken> {
    create_limited_integration_token(store, account, name, &TokenLimits::default()).await
}

/// As [`create_integration_token`], with limits.
///
/// # Errors
/// As [`create_integration_token`]; `INVALID_VALUE` for limits that cannot be.
pub async fn create_limited_integration_token(
    store: &Store,
    account: AccountId,
    name: &str,
    limits: &TokenLimits,
) -> Result<UserToken> {
    check_name("name", name)?;
    let tx = store.begin(Scope::Across).await?;
    if !accounts::lock_settings(&tx, account).await? {
        let message = format!("There is no account `{account}`.");
        return Err(Refusal::at(ErrorCode::NotFound, "account", message).into());
    }
    let integration = integration_named(&tx, account, name).await?;
    let token = add_limited_token(&tx, account, None, Some(integration), limits).await?;
    tx.commit().await?;
    Ok(UserToken {
        account,
        user: None,
        integration: Some(integration),
        token,
    })
}

async fn add_limited_token(
    tx: &Tx,
    account: AccountId,
    user: Option<UserId>,
    integration: Option<IntegrationId>,
    limits: &TokenLimits,
) -> Result<String> {
    if let Some(name) = &limits.name {
        check_name("name", name)?;
    }
    let token = new_token()?;
    let kept = NewToken {
        id: TokenId(Uuid::now_v7()),
        kind: TokenKind::Made,
        user,
        integration,
        hash: hash_token(&token),
        name: limits.name.clone(),
        scopes: limits.scopes,
        expires_at: end_of(limits.days)?,
        idle_seconds: None,
        user_agent: None,
        address: None,
    };
    credentials::insert_token(tx, account, kept).await?;
    Ok(token)
}
