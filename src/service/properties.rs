//! Holding wanted property values against their definitions.

use std::collections::BTreeSet;

use super::order::Work;
use crate::domain::cascade::{HeldValue, PropertyEdit, PropertyKey};
use crate::domain::property::{InputValue, PropertyDefinition};
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::Result;
use crate::store::settings;

/// A value that a client wants a property to have.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyWish {
    /// The definition's name.
    pub name: String,
    /// The value; none clears it.
    pub value: Option<InputValue>,
}

/// Turns wishes into edits.
///
/// # Errors
/// `UNKNOWN_PROPERTY` and `INVALID_VALUE`, with the place of the wish in the path.
pub(super) async fn accept(work: &Work<'_>, wishes: &[PropertyWish]) -> Result<Vec<PropertyEdit>> {
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    let names = wishes.iter().map(|wish| wish.name.clone()).collect();
    let definitions =
        settings::definitions_named(work.tx, work.viewer.account, names, false).await?;
    Ok(edits(&definitions, wishes)?)
}

/// Turns wishes for a new ticket into edits, and tells which required properties have no value.
///
/// # Errors
/// As [`accept`].
pub(super) async fn accept_first(
    work: &Work<'_>,
    wishes: &[PropertyWish],
) -> Result<(Vec<PropertyEdit>, Vec<String>)> {
    let names = wishes.iter().map(|wish| wish.name.clone()).collect();
    let definitions =
        settings::definitions_named(work.tx, work.viewer.account, names, true).await?;
    let edits: Vec<_> = edits(&definitions, wishes)?
        .into_iter()
        .filter(|edit| edit.to.is_some())
        .collect();
    let given: BTreeSet<_> = edits.iter().map(|edit| edit.key).collect();
    let missing = definitions
        .iter()
        .filter(|d| d.required && !d.archived && !given.contains(&PropertyKey::Defined(d.id)))
        .map(|d| d.name.clone());
    let missing = missing.collect();
    Ok((edits, missing))
}

fn edits(
    definitions: &[PropertyDefinition],
    wishes: &[PropertyWish],
) -> Result<Vec<PropertyEdit>, Refusal> {
    let mut seen = BTreeSet::new();
    let mut edits = Vec::with_capacity(wishes.len());
    for (index, wish) in wishes.iter().enumerate() {
        let refuse = |code, field: &str, message: String| {
            let mut refusal = Refusal::at(code, "properties", message);
            refusal.path.extend([index.to_string(), field.to_owned()]);
            refusal
        };
        let shown: String = wish
            .name
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect();
        let definition = definitions
            .iter()
            .find(|definition| definition.name == wish.name);
        let Some(definition) = definition.filter(|definition| !definition.archived) else {
            let why = if definition.is_some() {
                "is archived"
            } else {
                "does not exist"
            };
            let message = format!("The property `{shown}` {why}.");
            return Err(refuse(ErrorCode::UnknownProperty, "name", message));
        };
        if !seen.insert(definition.id) {
            let message = format!("The property `{shown}` is there twice; give it one value.");
            return Err(refuse(ErrorCode::InvalidValue, "name", message));
        }
        let value = wish
            .value
            .clone()
            .map(|value| definition.accept(value))
            .transpose();
        let value = value.map_err(|message| refuse(ErrorCode::InvalidValue, "value", message))?;
        edits.push(PropertyEdit {
            definition: Some(definition.clone()),
            key: PropertyKey::Defined(definition.id),
            to: value.map(HeldValue::Property),
        });
    }
    Ok(edits)
}
