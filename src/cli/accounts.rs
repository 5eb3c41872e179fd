//! `tandem account`, `tandem user` and `tandem token`.

use serde_json::{Value, json};

use super::args::{AccountArgs, InviteArgs, PasswordArgs, RoleArg, ScopeArg, TokenArgs, UserArgs};
use super::database::with_store;
use super::{Done, Failure};
use crate::domain::access::Scope;
use crate::domain::id::AccountId;
use crate::domain::noun::Role;
use crate::domain::secret::Secret;
use crate::service::accounts::{self, TokenLimits};
use crate::service::credentials;

/// Prints a result for programs, or a line a value for people.
fn print(as_json: bool, result: &Value) {
    match result.as_object() {
        Some(fields) if !as_json => {
            for (name, value) in fields {
                println!("{name}: {}", value.as_str().unwrap_or_default());
            }
        }
        _ => println!("{result}"),
    }
}

fn account_id(text: &str) -> Result<AccountId, Failure> {
    AccountId::parse(text).map_err(|error| Failure::new(1, format!("--account: {error}")))
}

/// `tandem account create`
pub(super) fn create_account(args: &AccountArgs) -> Done {
    let created_at = args.created_at.unwrap_or_else(crate::service::now);
    let new = with_store(&args.database, async |store| {
        Ok(accounts::create_account(&store, &args.name, &args.admin_email, created_at).await?)
    })?;
    let result = json!({
        "accountId": new.account.to_string(), "userId": new.user.to_string(), "token": new.token,
        "inboxId": new.inbox.to_string(), "channelId": new.channel.to_string(),
        "pipelineId": new.pipeline.to_string(),
    });
    print(args.json, &result);
    Ok(())
}

/// `tandem user create`
pub(super) fn create_user(args: &UserArgs) -> Done {
    let account = account_id(&args.account)?;
    let role = match args.role {
        RoleArg::Admin => Role::Admin,
        RoleArg::Agent => Role::Agent,
        RoleArg::Viewer => Role::Viewer,
    };
    let new = with_store(&args.database, async |store| {
        Ok(accounts::create_user(&store, account, &args.email, &args.name, role).await?)
    })?;
    let user = new.user.map(|id| id.to_string());
    print(args.json, &json!({ "userId": user, "token": new.token }));
    Ok(())
}

/// The first line of standard input: a password in an argument would stand in the shell's history and in the list of
/// processes.
fn read_password() -> Result<Secret, Failure> {
    use std::io::IsTerminal;
    if std::io::stdin().is_terminal() {
        eprintln!("The new password, which is shown as you type it:");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(Secret::new(line.trim_end_matches(['\n', '\r']).to_owned()))
}

/// `tandem user password`
pub(super) fn set_password(args: &PasswordArgs) -> Done {
    let account = args.user.account.as_deref().map(account_id).transpose()?;
    let password = read_password()?;
    let ended = with_store(&args.database, async |store| {
        let email = &args.user.email;
        Ok(credentials::set_password_by_email(&store, email, account, &password).await?)
    })?;
    if args.user.json {
        println!("{}", json!({ "sessionsEnded": ended }));
    } else {
        println!("The password is set; {ended} sessions have ended.");
    }
    Ok(())
}

/// `tandem user invite`
pub(super) fn invite(args: &InviteArgs) -> Done {
    let account = args.user.account.as_deref().map(account_id).transpose()?;
    let lasts = chrono::TimeDelta::hours(args.hours.into());
    let made = with_store(&args.database, async |store| {
        Ok(credentials::invite_by_email(&store, &args.user.email, account, lasts).await?)
    })?;
    let result =
        json!({ "invitation": made.token.reveal(), "expiresAt": made.expires_at.to_rfc3339() });
    print(args.user.json, &result);
    Ok(())
}

/// `tandem token create`
pub(super) fn create_token(args: &TokenArgs) -> Done {
    let account = args.account.as_deref().map(account_id).transpose()?;
    let scopes = args.scope.iter().map(|scope| match scope {
        ScopeArg::Read => Scope::Read,
        ScopeArg::Receive => Scope::Receive,
        ScopeArg::Work => Scope::Work,
        ScopeArg::Administer => Scope::Administer,
    });
    let limits = TokenLimits {
        name: args.name.clone(),
        scopes: (!args.scope.is_empty()).then(|| scopes.collect()),
        days: args.days,
    };
    let new = with_store(&args.database, async |store| {
        match (&args.email, &args.integration, account) {
            (Some(email), _, account) => {
                Ok(accounts::create_limited_token(&store, email, account, &limits).await?)
            }
            (None, Some(name), Some(account)) => Ok(accounts::create_limited_integration_token(
                &store, account, name, &limits,
            )
            .await?),
            _ => Err(Failure::new(
                2,
                "--email, or --integration with --account, is needed",
            )),
        }
    })?;
    let mut result = json!({ "accountId": new.account.to_string(), "token": new.token });
    let holder = [
        ("userId", new.user.map(|id| id.to_string())),
        ("integrationId", new.integration.map(|id| id.to_string())),
    ];
    for (name, id) in holder {
        if let (Some(fields), Some(id)) = (result.as_object_mut(), id) {
            fields.insert(name.to_owned(), id.into());
        }
    }
    print(args.json, &result);
    Ok(())
}
