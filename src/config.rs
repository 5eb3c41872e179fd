//! What an operator can set: typed, with defaults, by file, environment and flags; what is not known is refused.
//!
//! [`Config`] is declared once, in `src/config/list.rs`; the flags of the command line, the variables of the environment
//! and the table in `docs/settings.md` follow from that list.

mod list;
mod nearest;
mod value;
mod words;

use std::path::Path;

pub use list::{Config, SETTINGS};
pub use nearest::nearest;
pub use value::Given;
pub use words::{MetricsAt, Network, Origin, PersistedAt};

/// One setting, as it is told to people.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The key in a file, such as `pool_size`.
    pub key: &'static str,
    /// What it sets, in a sentence or two.
    pub about: &'static str,
    /// What kind of value it takes, such as `number`.
    pub kind: &'static str,
}

impl Setting {
    /// Its flag, such as `--pool-size`, without the dashes before it.
    #[must_use]
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// Its variable, such as `TANDEM_POOL_SIZE`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("TANDEM_{}", self.key.to_uppercase())
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {0} cannot be read: {1}")]
    Unreadable(String, std::io::Error),
    /// The file is no TOML.
    #[error("the configuration {0} is no TOML: {1}")]
    NotToml(String, String),
    /// Something is set that does not exist.
    #[error("{origin}: there is no setting `{key}`{}", meant(.key))]
    Unknown {
        /// Where it was found.
        origin: String,
        /// What was set.
        key: String,
    },
    /// A value that the setting cannot have.
    #[error("{origin}: `{key}` {why}")]
    Value {
        /// Where it was found.
        origin: String,
        /// The setting.
        key: String,
        /// What it must be, and what it is.
        why: String,
    },
}

fn meant(key: &str) -> String {
    match nearest(key, SETTINGS.iter().map(|setting| setting.key)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; docs/settings.md lists them all".to_owned(),
    }
}

/// A value that the environment or a flag gives.
#[derive(Debug, Clone)]
pub struct Override {
    /// The setting's key.
    pub key: &'static str,
    /// The value as text.
    pub text: String,
    /// The flag or variable, for messages.
    pub origin: String,
}

impl Config {
    /// Puts the settings together: the defaults, then the file's, then what the environment and the flags give.
    ///
    /// # Errors
    /// When the file cannot be read or is no TOML; when a key is not known, or a value is not what its setting takes.
    pub fn load(file: Option<&Path>, given: &[Override]) -> Result<Self, ConfigError> {
        let mut config = match file {
            Some(path) => {
                let shown = path.display().to_string();
                let text = std::fs::read_to_string(path)
                    .map_err(|error| ConfigError::Unreadable(shown.clone(), error))?;
                Self::parse(&text, &shown)?
            }
            None => Self::default(),
        };
        for Override { key, text, origin } in given {
            config.set(key, &Given::Text(text), origin)?;
        }
        Ok(config)
    }

    /// Reads the text of a file; `origin` names it in messages.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, origin: &str) -> Result<Self, ConfigError> {
        let table: toml::Table = toml::from_str(text)
            .map_err(|error| ConfigError::NotToml(origin.to_owned(), error.message().to_owned()))?;
        let mut config = Self::default();
        for (key, value) in &table {
            config.set(key, &Given::Toml(value), origin)?;
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
