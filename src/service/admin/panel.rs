//! The details panel: each user's own choice, with an order (rule 9).

use std::collections::BTreeSet;

use super::{Changed, Limits, SettingsOrder};
use crate::domain::access::{Action, Viewer, decisions};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::Result;
use crate::store::{Tx, accounts, settings};

/// `updateDetailsPanel`
#[derive(Debug, Clone)]
pub struct UpdateDetailsPanel {
    /// Names of definitions, in the order wanted.
    pub properties: Vec<String>,
}

impl SettingsOrder for UpdateDetailsPanel {
    const ACTION: Action = decisions::mutation("updateDetailsPanel");

    fn check(&self, _: &Limits) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        match self
            .properties
            .iter()
            .find(|name| !seen.insert(name.as_str()))
        {
            None => Ok(()),
            Some(name) => {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                let message = format!("The property `{shown}` is there twice.");
                Err(Refusal::at(ErrorCode::InvalidValue, "properties", message))
            }
        }
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let Some(user) = viewer.user() else {
            let message = "An integration has no details panel.";
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        };
        let definitions =
            settings::definitions_named(tx, viewer.account, self.properties.clone(), false).await?;
        let mut ids = Vec::with_capacity(self.properties.len());
        for name in &self.properties {
            let found = definitions
                .iter()
                .find(|definition| definition.name == *name && !definition.archived);
            let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
            let message = format!("The property `{shown}` does not exist.");
            let found = found
                .ok_or_else(|| Refusal::at(ErrorCode::UnknownProperty, "properties", message))?;
            ids.push(found.id);
        }
        accounts::set_panel(tx, viewer.account, user, ids).await?;
        Ok(Changed::Panel)
    }
}
