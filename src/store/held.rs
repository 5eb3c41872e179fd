//! The properties of many tickets.

use std::collections::{BTreeMap, HashMap};

use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{self as st, Nullable as Maybe, Untyped};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, FromJoin};
use super::connection::Connection;
use super::rows::read_by_place;
use super::sql::{Bind, sql};
use crate::domain::id::{AccountId, PropertyId, TicketId};
use crate::domain::image::Held;
use crate::error::{Error, Result};

/// The columns of [`HeldRow`], from `ticket_properties`.
pub(super) const HELD_COLUMNS: &str = "ticket_id, definition_id, value, version";

/// What a ticket holds of one property.
pub(super) struct HeldRow {
    ticket_id: Uuid,
    definition_id: Uuid,
    value: Option<serde_json::Value>,
    version: i32,
}

impl FromColumns for HeldRow {
    fn take<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Self> {
        Ok(Self {
            ticket_id: columns.take::<st::Uuid, _>()?,
            definition_id: columns.take::<st::Uuid, _>()?,
            value: columns.take::<Maybe<st::Jsonb>, _>()?,
            version: columns.take::<st::Integer, _>()?,
        })
    }
}

read_by_place!(HeldRow);

impl FromJoin for HeldRow {
    const COLUMNS: usize = 4;
}

impl HeldRow {
    /// The ticket, the property, and what is held.
    pub(super) fn decode(self) -> Result<(TicketId, PropertyId, Held)> {
        let (ticket, version) = (self.ticket_id, self.version);
        let value = self.value.map(serde_json::from_value).transpose();
        let value =
            value.map_err(|error| Error::Internal(format!("property of {ticket}: {error}")))?;
        let held = Held { value, version };
        Ok((ticket.into(), self.definition_id.into(), held))
    }
}

/// What these tickets hold, by ticket; one without any is left out.
///
/// # Errors
/// When the database is away, or holds what this version cannot read.
pub(super) async fn properties_of(
    connection: &Connection,
    account: AccountId,
    tickets: Vec<Uuid>,
) -> Result<HashMap<Uuid, BTreeMap<PropertyId, Held>>> {
    let mut all: HashMap<Uuid, BTreeMap<PropertyId, Held>> = HashMap::new();
    if tickets.is_empty() {
        return Ok(all);
    }
    let statement = sql(
        &format!(
            "SELECT {HELD_COLUMNS} FROM ticket_properties WHERE account_id = $1 AND ticket_id = ANY($2)"
        ),
        [Bind::Uuid(account.0), Bind::Uuids(tickets)],
    );
    let rows: Vec<HeldRow> = statement.load(&mut &*connection).await?;
    for row in rows {
        let (ticket, property, held) = row.decode()?;
        all.entry(ticket.0).or_default().insert(property, held);
    }
    Ok(all)
}
