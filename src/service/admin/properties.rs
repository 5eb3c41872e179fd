//! Property definitions.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Changed, Limits, SettingsOrder};
use crate::domain::access::Viewer;
use crate::domain::id::PropertyId;
use crate::domain::noun::PropertyType;
use crate::domain::property::{OPTIONS, PropertyDefinition, PropertyOption};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::{Error, Result};
use crate::store::{Tx, accounts, settings};

/// What every ticket has without a definition; a definition of that name would hide it.
const BUILT_IN: [&str; 2] = ["name", "priority"];

fn invalid(field: &str, message: impl Into<String>) -> Refusal {
    Refusal::at(ErrorCode::InvalidValue, field, message)
}

/// Checks the options of a definition of that type.
fn check_options(
    kind: PropertyType,
    options: &[PropertyOption],
    limits: &Limits,
) -> Result<(), Refusal> {
    let choices = matches!(
        kind,
        PropertyType::Enumeration | PropertyType::MultiEnumeration
    );
    match (choices, options.len()) {
        (false, 0) => return Ok(()),
        (false, _) => {
            return Err(invalid(
                "options",
                "Only ENUMERATION and MULTI_ENUMERATION have options.",
            ));
        }
        (true, 0) => {
            return Err(invalid(
                "options",
                "An enumeration needs an option at least.",
            ));
        }
        (true, count) if count > OPTIONS => {
            return Err(invalid(
                "options",
                format!("{count} options are too many; {OPTIONS} are allowed."),
            ));
        }
        (true, _) => {}
    }
    let mut values = BTreeSet::new();
    for option in options {
        limits.name("options", &option.value)?;
        limits.name("options", &option.label)?;
        if !values.insert(&option.value) {
            let shown: String = option
                .value
                .chars()
                .filter(|c| !c.is_control())
                .take(48)
                .collect();
            return Err(invalid(
                "options",
                format!("The option `{shown}` is there twice."),
            ));
        }
    }
    Ok(())
}

/// `createPropertyDefinition`
#[derive(Debug, Clone)]
pub struct CreateDefinition {
    /// What programs call it; unique in the account, for good.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it holds, for good.
    pub kind: PropertyType,
    /// The choices of an enumeration.
    pub options: Vec<PropertyOption>,
    /// Whether a ticket cannot be created without it.
    pub required: bool,
    /// Whether only a ticket's creation sets it.
    pub read_only: bool,
}

impl SettingsOrder for CreateDefinition {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)?;
        limits.name("label", &self.label)?;
        check_options(self.kind, &self.options, limits)
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let names = vec![self.name.clone()];
        let taken = !settings::definitions_named(tx, viewer.account, names, false)
            .await?
            .is_empty();
        if taken || BUILT_IN.contains(&self.name.as_str()) {
            return Err(super::exists_already("name", "a property", &self.name).into());
        }
        let definition = PropertyDefinition {
            id: PropertyId(Uuid::now_v7()),
            name: self.name.clone(),
            label: self.label.clone(),
            kind: self.kind,
            options: self.options.clone(),
            required: self.required,
            read_only: self.read_only,
            archived: false,
        };
        accounts::insert_definition(tx, viewer.account, &definition).await?;
        Ok(Changed::Property(definition.id))
    }
}

/// `updatePropertyDefinition`
#[derive(Debug, Clone)]
pub struct UpdateDefinition {
    /// Which, by its name.
    pub name: String,
    /// A new label.
    pub label: Option<String>,
    /// New choices; those that tickets have must stay.
    pub options: Option<Vec<PropertyOption>>,
    /// Whether a ticket cannot be created without it. Tickets without it stay as they are.
    pub required: Option<bool>,
    /// Whether only a ticket's creation sets it.
    pub read_only: Option<bool>,
    /// Whether it is out of use: tickets keep it, none can get it.
    pub archived: Option<bool>,
}

impl UpdateDefinition {
    async fn definition(&self, tx: &Tx, viewer: &Viewer) -> Result<PropertyDefinition> {
        let names = vec![self.name.clone()];
        let found = settings::definitions_named(tx, viewer.account, names, false)
            .await?
            .into_iter()
            .next();
        let shown: String = self
            .name
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect();
        let message = format!("The property `{shown}` does not exist.");
        Ok(found.ok_or_else(|| Refusal::at(ErrorCode::UnknownProperty, "name", message))?)
    }
}

impl SettingsOrder for UpdateDefinition {
    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.maybe_name("label", self.label.as_deref())
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        self.definition(tx, &viewer).await.map(|_| ())
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let mut definition = self.definition(tx, &viewer).await?;
        if let Some(options) = &self.options {
            let limits = Limits {
                name_chars: crate::domain::text::NAME_CHARS,
            };
            check_options(definition.kind, options, &limits).map_err(Error::from)?;
            let gone = definition.options.iter().map(|option| option.value.clone());
            let gone = gone
                .filter(|value| !options.iter().any(|option| option.value == *value))
                .collect();
            let used = accounts::options_in_use(tx, viewer.account, definition.id, gone).await?;
            if !used.is_empty() {
                let message = format!(
                    "Tickets have these options, so they stay: {}.",
                    used.join(", ")
                );
                return Err(Refusal::at(ErrorCode::InUse, "options", message).into());
            }
            definition.options.clone_from(options);
        }
        if let Some(label) = &self.label {
            definition.label.clone_from(label);
        }
        definition.required = self.required.unwrap_or(definition.required);
        definition.read_only = self.read_only.unwrap_or(definition.read_only);
        definition.archived = self.archived.unwrap_or(definition.archived);
        accounts::update_definition(tx, viewer.account, &definition).await?;
        Ok(Changed::Property(definition.id))
    }
}
