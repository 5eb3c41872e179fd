//! What the tickets of the large account say in their sidebars.

use chrono::TimeDelta;

use crate::bulk::profile::Account;
use crate::demo::choices::{Choices, Topic};
use crate::demo::vocabulary;
use crate::domain::cascade::{HeldValue, PropertyEdit, PropertyKey};
use crate::domain::image::Time;
use crate::domain::property::InputValue;
use crate::error::{Error, Result};

/// The values that ticket `n` is created with: a category always, the others more or less often.
///
/// # Errors
/// When a definition does not take its value: a mistake in `account.json`.
pub fn of(account: &Account, n: u64, at: Time) -> Result<Vec<PropertyEdit>> {
    let mut choices = Choices::new(Topic::Property, !n);
    let mut values = vec![(
        "category",
        InputValue::Option(option(account, "category", &mut choices)?),
    )];
    if choices.per_mille(700) {
        values.push((
            "order_number",
            InputValue::String(vocabulary::order_number(n)),
        ));
    }
    if choices.per_mille(180) {
        let cents = u32::try_from(choices.skewed_below(40_000)).unwrap_or(0) + 100;
        values.push((
            "refund_amount",
            InputValue::Number(f64::from(cents) / 100.0),
        ));
    }
    if choices.per_mille(250) {
        let first = option(account, "tags", &mut choices)?;
        let second = option(account, "tags", &mut choices)?;
        values.push(("tags", InputValue::Options(vec![first, second])));
    }
    if choices.per_mille(300) {
        values.push(("warranty", InputValue::Boolean(choices.per_mille(640))));
    }
    if choices.per_mille(150) {
        let days = i64::try_from(2 + choices.below(20)).unwrap_or(2);
        let day = (at + TimeDelta::days(days)).date_naive();
        values.push(("due_on", InputValue::Date(day)));
    }
    let edits = values.into_iter().map(|(name, value)| {
        let definition = account.definition(name)?;
        let value = definition.accept(value).map_err(Error::Internal)?;
        Ok(PropertyEdit {
            key: PropertyKey::Defined(definition.id),
            definition: Some(definition.clone()),
            to: Some(HeldValue::Property(value)),
        })
    });
    edits.collect()
}

/// One of a definition's options, the first ones more often.
fn option(account: &Account, name: &str, choices: &mut Choices) -> Result<String> {
    let options = &account.definition(name)?.options;
    let at = usize::try_from(choices.skewed_below(options.len() as u64)).unwrap_or(0);
    let chosen = options.get(at).map(|option| option.value.clone());
    chosen.ok_or_else(|| Error::Internal(format!("`{name}` has no options")))
}
