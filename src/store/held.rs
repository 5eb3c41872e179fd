//! The properties of many tickets.

use std::collections::{BTreeMap, HashMap};

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::sql::{Bind, sql};
use crate::domain::id::{AccountId, PropertyId};
use crate::domain::image::Held;
use crate::error::{Error, Result};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = st::Uuid)]
    ticket_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    definition_id: Uuid,
    #[diesel(sql_type = st::Nullable<st::Jsonb>)]
    value: Option<serde_json::Value>,
    #[diesel(sql_type = st::Integer)]
    version: i32,
}

/// What these tickets hold, by ticket; one without any is left out.
///
/// # Errors
/// When the database is away, or holds what this version cannot read.
pub(super) async fn properties_of(
    connection: &AsyncPgConnection,
    account: AccountId,
    tickets: Vec<Uuid>,
) -> Result<HashMap<Uuid, BTreeMap<PropertyId, Held>>> {
    let mut all: HashMap<Uuid, BTreeMap<PropertyId, Held>> = HashMap::new();
    if tickets.is_empty() {
        return Ok(all);
    }
    let statement = sql(
        "SELECT ticket_id, definition_id, value, version FROM ticket_properties \
         WHERE account_id = $1 AND ticket_id = ANY($2)",
        [Bind::Uuid(account.0), Bind::Uuids(tickets)],
    );
    let rows: Vec<Row> = statement.load(&mut &*connection).await?;
    for row in rows {
        let value = row.value.map(serde_json::from_value).transpose();
        let held = Held {
            value: value.map_err(|error| Error::Internal(format!("property: {error}")))?,
            version: row.version,
        };
        let ticket = all.entry(row.ticket_id).or_default();
        ticket.insert(row.definition_id.into(), held);
    }
    Ok(all)
}
