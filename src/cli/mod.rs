//! The command line: dev, serve, migrate, schema, account, user, token, import, load, purge, verify.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 not done, 2 wrong usage,
//! 3 the database is not migrated, 4 `verify` found differences.

mod accounts;
mod args;
mod bulk;
mod database;
mod demo;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Why a command ended early, and with which exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// For scripts.
    code: u8,
    /// For people.
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(1, error.to_string())
    }
}

type Done = Result<(), Failure>;

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    crate::telemetry::start(cli.log_json);
    match dispatch(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("tandem: {}", message.trim_end_matches('.'));
            ExitCode::from(code)
        }
    }
}

fn dispatch(command: Command) -> Done {
    match command {
        Command::Schema => {
            print!("{}", crate::graphql::sdl());
            Ok(())
        }
        Command::Dev(args) => serve::dev(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::Migrate(args) => database::migrate(&args.database),
        Command::Account(args::AccountCommand::Create(args)) => accounts::create_account(&args),
        Command::User(args::UserCommand::Create(args)) => accounts::create_user(&args),
        Command::User(args::UserCommand::Password(args)) => accounts::set_password(&args),
        Command::User(args::UserCommand::Invite(args)) => accounts::invite(&args),
        Command::Token(args::TokenCommand::Create(args)) => accounts::create_token(&args),
        Command::Purge(args) => database::purge(&args),
        Command::Import(args) => bulk::import(&args),
        Command::Load(args) => bulk::load(&args),
        Command::Verify(args) => bulk::verify(&args.database),
    }
}

/// The runtime of a command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
