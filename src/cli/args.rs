//! The arguments, as clap reads them.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::settings::Settings;

/// A GraphQL backend for shared inboxes whose conversations move in tandem with their tickets.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Write the log as JSON, one object a line.
    #[arg(long, global = true, env = "TANDEM_LOG_JSON", value_parser = FalseyValueParser::new())]
    pub log_json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything on this machine: a private Postgres, demo data on the first start, the API and its pages.
    Dev(ServeArgs),
    /// Run a server on a migrated database, without demo data. Several may serve one database.
    Serve(ServeArgs),
    /// Bring the database up to date.
    Migrate(DatabaseArgs),
    /// Print the GraphQL schema.
    Schema,
    /// Print every setting of a server with what it is here, as a file that `--config` takes.
    Settings(SettingsArgs),
    /// Ask the server that listens here whether it is ready; exit code 1 where it is not.
    Health(SettingsArgs),
    /// Accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Users.
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Take real mail in: mbox files, Maildir folders, single messages. Can be repeated and resumed.
    Import(ImportArgs),
    /// Make a large, realistic account, for benchmarks and for trying Tandem at size.
    Load(LoadArgs),
    /// Delete for good what the trash has kept long enough. Servers do this by themselves, too.
    Purge(PurgeArgs),
    /// Replay the log from nothing and compare with the tables. Exit code 4 where they differ.
    Verify(DatabaseArgs),
}

/// Which database.
#[derive(Debug, Clone, Args)]
pub(crate) struct Database {
    /// Address of a Postgres database; without it, a private Postgres in the data directory is used.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where the private Postgres keeps its data.
    #[arg(long, env = "TANDEM_DATA_DIR", default_value = ".tandem")]
    pub data_dir: PathBuf,
    /// Never download Postgres where none is installed.
    #[arg(long)]
    pub no_fetch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    #[command(flatten)]
    pub database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub database: Database,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// A TOML file of settings; docs/settings.md lists them.
    #[arg(long, env = "TANDEM_CONFIG")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account with an administrator, an inbox with a channel, and a pipeline.
    Create(AccountArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AccountArgs {
    #[command(flatten)]
    pub database: Database,
    /// What it is called.
    #[arg(long)]
    pub name: String,
    /// The address of its first administrator.
    #[arg(long)]
    pub admin_email: String,
    /// When it was created (RFC 3339), now if left out. Before 2 April 2024, tickets stay in the inbox.
    #[arg(long)]
    pub created_at: Option<DateTime<Utc>>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create a user with a token.
    Create(UserArgs),
    /// Set a user's password, read from standard input, and end all their sessions.
    Password(PasswordArgs),
    /// Make a one-time token by which a user chooses a password.
    Invite(InviteArgs),
}

/// A user, by address.
#[derive(Debug, Args)]
pub(crate) struct UserByEmail {
    /// The user's address.
    #[arg(long)]
    pub email: String,
    /// The id of the account, where several have a user of that address.
    #[arg(long)]
    pub account: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordArgs {
    #[command(flatten)]
    pub database: Database,
    #[command(flatten)]
    pub user: UserByEmail,
}

#[derive(Debug, Args)]
pub(crate) struct InviteArgs {
    #[command(flatten)]
    pub database: Database,
    #[command(flatten)]
    pub user: UserByEmail,
    /// Hours that it is good for.
    #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub hours: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleArg {
    /// Everything, the account's settings included.
    Admin,
    /// The daily work.
    Agent,
    /// Looking, changing nothing.
    Viewer,
}

#[derive(Debug, Args)]
pub(crate) struct UserArgs {
    #[command(flatten)]
    pub database: Database,
    /// The id of the account.
    #[arg(long)]
    pub account: String,
    /// Unique in the account.
    #[arg(long)]
    pub email: String,
    /// What people call them.
    #[arg(long)]
    pub name: String,
    /// What they may do.
    #[arg(long)]
    pub role: RoleArg,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a further token for a user, or one for an integration.
    Create(TokenArgs),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Looking: queries and subscriptions.
    Read,
    /// Handing in what contacts wrote.
    Receive,
    /// The daily work.
    Work,
    /// The account's settings.
    Administer,
}

#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    pub database: Database,
    /// The user's address.
    #[arg(
        long,
        required_unless_present = "integration",
        conflicts_with = "integration"
    )]
    pub email: Option<String>,
    /// The integration's name; it is created where it is new.
    #[arg(long, requires = "account")]
    pub integration: Option<String>,
    /// The id of the account, where several have a user of that address.
    #[arg(long)]
    pub account: Option<String>,
    /// What it is good for; can be repeated. Left out: a user's for all that the user may do, an integration's for all
    /// but the settings.
    #[arg(long)]
    pub scope: Vec<ScopeArg>,
    /// Days until its end; left out: it has none.
    #[arg(long)]
    pub days: Option<i32>,
    /// What people call it.
    #[arg(long)]
    pub name: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub database: Database,
    /// The id of the inbox that takes the mail.
    #[arg(long)]
    pub inbox: String,
    /// Further addresses of the inbox itself: messages from them are outgoing.
    #[arg(long)]
    pub own_address: Vec<String>,
    /// mbox files, Maildir folders, folders of messages, single messages.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub database: Database,
    /// How many conversations; five messages each on average.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub conversations: u64,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PurgeArgs {
    #[command(flatten)]
    pub database: Database,
    /// The time to take for now (RFC 3339).
    #[arg(long)]
    pub now: Option<DateTime<Utc>>,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}
