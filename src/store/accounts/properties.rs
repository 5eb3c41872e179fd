//! Property definitions: writing them.

use super::execute;
use crate::domain::id::{AccountId, PropertyId};
use crate::domain::property::{PropertyDefinition, PropertyOption};
use crate::error::{Error, Result};
use crate::store::Tx;
use crate::store::sql::{Bind, sql};
use diesel::QueryableByName;
use diesel::sql_types as st;

/// Adds a property definition.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn insert_definition(
    tx: &Tx,
    account: AccountId,
    definition: &PropertyDefinition,
) -> Result<()> {
    let statement = sql(
        "INSERT INTO property_definitions (account_id, id, name, label, kind, options, required, read_only) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(definition.id.0),
            Bind::Text(definition.name.clone()),
            Bind::Text(definition.label.clone()),
            Bind::Small(definition.kind.code()),
            Bind::Json(options_json(&definition.options)?),
            Bind::Bool(definition.required),
            Bind::Bool(definition.read_only),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// Writes a changed property definition; its name and type never change.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn update_definition(
    tx: &Tx,
    account: AccountId,
    definition: &PropertyDefinition,
) -> Result<()> {
    let statement = sql(
        "UPDATE property_definitions SET label = $3, options = $4, required = $5, read_only = $6, archived = $7 \
         WHERE account_id = $1 AND id = $2",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(definition.id.0),
            Bind::Text(definition.label.clone()),
            Bind::Json(options_json(&definition.options)?),
            Bind::Bool(definition.required),
            Bind::Bool(definition.read_only),
            Bind::Bool(definition.archived),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

fn options_json(options: &[PropertyOption]) -> Result<serde_json::Value> {
    serde_json::to_value(options).map_err(|error| Error::Internal(format!("options: {error}")))
}

/// Which of these options some ticket has, in the trash or not.
///
/// # Errors
/// As [`super::insert_account`].
pub async fn options_in_use(
    tx: &Tx,
    account: AccountId,
    definition: PropertyId,
    options: Vec<String>,
) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct OptionRow {
        #[diesel(sql_type = st::Text)]
        option: String,
    }
    let statement = sql(
        "SELECT DISTINCT o.option FROM ticket_properties p, jsonb_array_elements_text(p.value -> 'options') \
         AS o(option) WHERE p.account_id = $1 AND p.definition_id = $2 AND p.value ? 'options' \
         AND o.option = ANY($3) ORDER BY 1 LIMIT 10",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(definition.0),
            Bind::Texts(options),
        ],
    );
    let rows: Vec<OptionRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().map(|row| row.option).collect())
}
