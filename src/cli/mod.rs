//! The command line: dev, serve, migrate, schema, settings, account, user, token, import, load, purge, verify.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 not done, 2 wrong usage,
//! 3 the database is not migrated, 4 `verify` found differences.

mod accounts;
mod args;
mod bulk;
mod database;
mod demo;
mod health;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use crate::telemetry::{self, Telemetry, Traces};
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
    let done = start_telemetry(&cli).and_then(|telemetry| {
        let done = dispatch(cli.command);
        drop(telemetry);
        done
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("tandem: {}", message.trim_end_matches('.'));
            ExitCode::from(code)
        }
    }
}

/// Starts the log, and for a server the traces that it is set to give.
fn start_telemetry(cli: &Cli) -> Result<Telemetry, Failure> {
    let traces = match &cli.command {
        Command::Dev(args) | Command::Serve(args) => {
            let config = args.settings.load()?;
            (!config.traces.is_empty()).then_some(Traces {
                endpoint: config.traces,
                percent: config.traces_percent,
            })
        }
        _ => None,
    };
    telemetry::start(cli.log_json, traces.as_ref())
        .map_err(|error| Failure::new(2, format!("traces cannot be collected: {error}")))
}

fn dispatch(command: Command) -> Done {
    match command {
        Command::Schema => {
            print!("{}", crate::graphql::sdl());
            Ok(())
        }
        Command::Settings(args) => settings::show(&args),
        Command::Health(args) => health::health(&args),
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
