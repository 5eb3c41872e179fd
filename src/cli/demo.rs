//! The demo data of `tandem dev`, and the token that opens it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Failure;
use crate::bulk::seed;
use crate::demo::story::Story;
use crate::domain::secret::Secret;
use crate::service::{accounts, credentials};
use crate::store::{Store, accounts as rows};

/// Where the token is kept, readable for the owner alone: the database has only its hash.
const TOKEN_FILE: &str = "demo-token";

/// The password of every user of the demo. Everybody can read it here, so it is set for the demo's own users alone, and
/// only where they have none.
const PASSWORD: &str = "try tandem now";

/// How to get in.
pub(super) struct Demo {
    /// The token of the first account's administrator.
    pub token: String,
    /// Whose it is.
    pub holder: String,
    /// The address to sign in with, as the same one.
    pub email: String,
    /// The password that all users of the demo have.
    pub password: &'static str,
}

/// Makes the demo data where the database has no account yet, and finds or makes the token. None where the database
/// holds other accounts: nothing is added to somebody's data.
pub(super) async fn prepare(
    store: &Store,
    data_dir: Option<&Path>,
) -> Result<Option<Demo>, Failure> {
    let story = Story::load()?;
    let first = story.accounts.first().and_then(|account| {
        let admin = account.profile.users.first()?;
        Some((
            admin.email.clone(),
            format!("{}, administrator of {}", admin.name, account.profile.name),
        ))
    });
    let Some((email, holder)) = first else {
        return Ok(None);
    };
    if !rows::any_account(store).await? {
        tracing::info!("creating the demo data");
        seed::seed(store, &story, crate::service::now()).await?;
    }
    let users = story
        .accounts
        .iter()
        .flat_map(|account| &account.profile.users);
    let emails = users.map(|user| user.email.to_lowercase()).collect();
    let password = Secret::new(PASSWORD.to_owned());
    credentials::set_demo_password(store, emails, &password).await?;
    let demo = |token| Demo {
        token,
        holder: holder.clone(),
        email: email.clone(),
        password: PASSWORD,
    };
    let file = data_dir.map(|directory| directory.join(TOKEN_FILE));
    if let Some(token) = file
        .as_deref()
        .and_then(|file| fs::read_to_string(file).ok())
    {
        let token = token.trim().to_owned();
        if crate::store::viewers::viewer_by_token(store, crate::store::token::hash_token(&token))
            .await?
            .is_some()
        {
            return Ok(Some(demo(token)));
        }
    }
    let token = match accounts::create_token(store, &email, None).await {
        Ok(made) => made.token,
        Err(error) => {
            tracing::debug!(%error, "no demo account here");
            return Ok(None);
        }
    };
    if let Some(file) = file {
        let mut options = fs::OpenOptions::new();
        let mut opened = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(file)?;
        opened.write_all(token.as_bytes())?;
    }
    Ok(Some(demo(token)))
}
