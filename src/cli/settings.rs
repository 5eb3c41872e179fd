//! The settings as flags and variables: one of each for every entry of the list in `config`.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches};

use super::Failure;
use super::args::{Cli, SettingsArgs};
use crate::config::{Config, Override, SETTINGS, nearest};

/// Variables that are read elsewhere than by an argument.
const OTHER_VARIABLES: [&str; 2] = ["TANDEM_LOG", "TANDEM_SKIP_WEB"];

/// What the flags and the environment set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings(Vec<Override>);

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        let flags = SETTINGS.iter().map(|setting| {
            Arg::new(setting.key)
                .long(setting.flag())
                .env(setting.variable())
                .value_name(setting.kind)
                .help(setting.about.trim().trim_end_matches('.').to_owned())
                .help_heading("Settings")
                .action(ArgAction::Set)
        });
        command.args(flags)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| {
            let text: &String = matches.get_one(setting.key)?;
            let origin = match matches.value_source(setting.key)? {
                ValueSource::EnvVariable => setting.variable(),
                _ => format!("--{}", setting.flag()),
            };
            Some(Override {
                key: setting.key,
                text: text.clone(),
                origin,
            })
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl SettingsArgs {
    /// The settings that hold, with those of the file if one is named. A variable that looks like one of ours and is none
    /// is refused: it was meant to set something.
    pub fn load(&self) -> Result<Config, Failure> {
        if let Some(unknown) = unknown_variable(std::env::vars_os().map(|(name, _)| name)) {
            return Err(Failure::new(2, unknown));
        }
        Config::load(self.config.as_deref(), &self.settings.0)
            .map_err(|error| Failure::new(2, error.to_string()))
    }
}

/// Every setting with its value, as a file: what holds here, and a file to begin with.
pub(super) fn show(args: &SettingsArgs) -> super::Done {
    let config = args.load()?;
    let values = config.values();
    for (setting, (key, value)) in SETTINGS.iter().zip(values) {
        println!("#{}\n{key} = {value}\n", setting.about);
    }
    Ok(())
}

/// What is wrong with the first variable that begins like ours and is not known.
fn unknown_variable(names: impl Iterator<Item = OsString>) -> Option<String> {
    let mut known: Vec<String> = OTHER_VARIABLES.map(str::to_owned).into();
    note_variables(&Cli::command(), &mut known);
    let names = names.filter_map(|name| name.into_string().ok());
    let mut unknown = names.filter(|name| {
        name.starts_with("TANDEM_") && !known.contains(name) && !is_of_kubernetes(name)
    });
    let name = unknown.next()?;
    let meant = match nearest(&name, known.iter().map(String::as_str)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; docs/settings.md lists them all".to_owned(),
    };
    Some(format!(
        "the environment: there is no variable `{name}`{meant}"
    ))
}

fn note_variables(command: &Command, known: &mut Vec<String>) {
    let variables = command.get_arguments().filter_map(Arg::get_env);
    known.extend(variables.filter_map(|name| name.to_str().map(str::to_owned)));
    for under in command.get_subcommands() {
        note_variables(under, known);
    }
}

/// Kubernetes gives every container the addresses of services: `TANDEM_SERVICE_HOST`, `TANDEM_PORT_4000_TCP_ADDR` …
/// for one that is called `tandem`.
fn is_of_kubernetes(name: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || ["_TCP", "_UDP"]
            .iter()
            .any(|protocol| name.contains("_PORT_") && name.contains(protocol))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Option<String> {
        unknown_variable([OsString::from(name)].into_iter())
    }

    #[test]
    fn a_variable_that_sets_nothing_is_refused() {
        let told_near = told("TANDEM_POOLSIZE").unwrap();
        assert!(
            told_near.contains("did you mean `TANDEM_POOL_SIZE`?"),
            "{told_near}"
        );
        assert!(
            told("TANDEM_FAVOURITE_COLOUR")
                .unwrap()
                .contains("docs/settings.md")
        );
        for known in [
            "TANDEM_POOL_SIZE",
            "TANDEM_CONFIG",
            "TANDEM_DATA_DIR",
            "TANDEM_LOG",
            "TANDEM_LOG_JSON",
            "TANDEM_SERVICE_HOST",
            "TANDEM_WEB_SERVICE_PORT_HTTP",
            "TANDEM_PORT",
            "TANDEM_PORT_4000_TCP_ADDR",
            "PATH",
        ] {
            assert_eq!(told(known), None, "{known}");
        }
    }
}
