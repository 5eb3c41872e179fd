//! Reading property definitions, the values of tickets, and which of them a user's panel shows.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::Source;
use crate::domain::id::{PropertyId, TicketId, UserId};
use crate::domain::image::Held;
use crate::domain::noun::PropertyType;
use crate::domain::property::{PropertyDefinition, PropertyOption};
use crate::error::{Error, Result};
use crate::store::held::{HELD_COLUMNS, HeldRow};
use crate::store::rows::known;
use crate::store::sql::{Bind, sql};

const DEFINITION_COLUMNS: &str =
    "d.id, d.name, d.label, d.kind, d.options, d.required, d.read_only, d.archived";

#[derive(QueryableByName)]
struct DefinitionRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::Text)]
    label: String,
    #[diesel(sql_type = st::SmallInt)]
    kind: i16,
    #[diesel(sql_type = st::Jsonb)]
    options: serde_json::Value,
    #[diesel(sql_type = st::Bool)]
    required: bool,
    #[diesel(sql_type = st::Bool)]
    read_only: bool,
    #[diesel(sql_type = st::Bool)]
    archived: bool,
}

impl DefinitionRow {
    fn decode(self) -> Result<PropertyDefinition> {
        let options: Vec<PropertyOption> = serde_json::from_value(self.options)
            .map_err(|error| Error::Internal(format!("options of {}: {error}", self.id)))?;
        Ok(PropertyDefinition {
            id: self.id.into(),
            name: self.name,
            label: self.label,
            kind: known(PropertyType::from_code(self.kind), "type of property")?,
            options,
            required: self.required,
            read_only: self.read_only,
            archived: self.archived,
        })
    }
}

/// All definitions of the account by label, archived ones included.
///
/// # Errors
/// When the database is away.
pub async fn all_definitions(source: &Source) -> Result<Vec<PropertyDefinition>> {
    let text = format!(
        "SELECT {DEFINITION_COLUMNS} FROM property_definitions d WHERE d.account_id = $1 ORDER BY lower(d.label), d.id"
    );
    let rows: Vec<DefinitionRow> = source
        .load(sql(&text, [Bind::Uuid(source.account().0)]))
        .await?;
    rows.into_iter().map(DefinitionRow::decode).collect()
}

/// What these tickets have or had of each property.
///
/// # Errors
/// When the database is away.
pub async fn held_by_tickets(
    source: &Source,
    tickets: Vec<Uuid>,
) -> Result<Vec<(TicketId, PropertyId, Held)>> {
    let text = format!(
        "SELECT {HELD_COLUMNS} FROM ticket_properties WHERE account_id = $1 AND ticket_id = ANY($2)"
    );
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(tickets)];
    let rows: Vec<HeldRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(HeldRow::decode).collect()
}

/// What the user's ticket details panel shows, in that order: what the user chose; before any choice, all by label.
/// Archived ones are left out (rule 9).
///
/// # Errors
/// When the database is away.
pub async fn panel_of_user(source: &Source, user: UserId) -> Result<Vec<PropertyDefinition>> {
    let text = format!(
        "SELECT {DEFINITION_COLUMNS} FROM users u JOIN property_definitions d ON d.account_id = u.account_id \
         LEFT JOIN panel_properties p ON p.account_id = u.account_id AND p.user_id = u.id AND p.definition_id = d.id \
         WHERE u.account_id = $1 AND u.id = $2 AND NOT d.archived AND (p.position IS NOT NULL OR NOT u.panel_chosen) \
         ORDER BY p.position, lower(d.label), d.id"
    );
    let binds = [Bind::Uuid(source.account().0), Bind::Uuid(user.0)];
    let rows: Vec<DefinitionRow> = source.load(sql(&text, binds)).await?;
    rows.into_iter().map(DefinitionRow::decode).collect()
}
