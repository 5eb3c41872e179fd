//! Reading tickets. Their properties are read apart, by those who ask for them.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use super::binds::Binds;
use super::conversation::trash;
use super::page::{KeyType, Keyset, Page, Rows, by_parent};
use super::{CountOfRow, CountRow, Source, known, ticket_filter};
use crate::domain::filter::{Order, TicketFilter, TicketSort};
use crate::domain::image::{Status, Ticket, Time};
use crate::domain::noun::{StatusCategory, TicketPriority, Workspace};
use crate::error::Result;
use crate::store::sql::{Bind, Sql, dynamic_sql, sql};

const COLUMNS: &str = "t.id, t.number, t.name, t.name_version, t.pipeline_id, t.status_id, t.category, t.owner_id, \
    t.priority, t.priority_version, t.workspace, t.contact_id, t.created_at, t.last_activity_at, t.closed_at, \
    t.trash_group_id, g.trashed_at, g.purge_at, t.version";
const TRASH: &str =
    "LEFT JOIN trash_groups g ON g.account_id = t.account_id AND g.id = t.trash_group_id";

#[derive(QueryableByName)]
struct TicketRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Integer)]
    number: i32,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::Integer)]
    name_version: i32,
    #[diesel(sql_type = st::Uuid)]
    pipeline_id: Uuid,
    #[diesel(sql_type = st::Uuid)]
    status_id: Uuid,
    #[diesel(sql_type = st::SmallInt)]
    category: i16,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    owner_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::SmallInt>)]
    priority: Option<i16>,
    #[diesel(sql_type = st::Integer)]
    priority_version: i32,
    #[diesel(sql_type = st::SmallInt)]
    workspace: i16,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    contact_id: Option<Uuid>,
    #[diesel(sql_type = st::Timestamptz)]
    created_at: Time,
    #[diesel(sql_type = st::Timestamptz)]
    last_activity_at: Time,
    #[diesel(sql_type = st::Nullable<st::Timestamptz>)]
    closed_at: Option<Time>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    trash_group_id: Option<Uuid>,
    #[diesel(sql_type = st::Nullable<st::Timestamptz>)]
    trashed_at: Option<Time>,
    #[diesel(sql_type = st::Nullable<st::Timestamptz>)]
    purge_at: Option<Time>,
    #[diesel(sql_type = st::Integer)]
    version: i32,
}

impl TicketRow {
    fn decode(self) -> Result<Ticket> {
        let category = StatusCategory::from_code(self.category);
        let priority = |code| known(TicketPriority::from_code(code), "priority", code);
        Ok(Ticket {
            id: self.id.into(),
            number: self.number,
            name: self.name,
            name_version: self.name_version,
            status: Status {
                id: self.status_id.into(),
                pipeline: self.pipeline_id.into(),
                category: known(category, "category", self.category)?,
            },
            owner: self.owner_id.map(Into::into),
            priority: self.priority.map(priority).transpose()?,
            priority_version: self.priority_version,
            workspace: known(
                Workspace::from_code(self.workspace),
                "workspace",
                self.workspace,
            )?,
            contact: self.contact_id.map(Into::into),
            properties: BTreeMap::new(),
            created_at: self.created_at,
            last_activity_at: self.last_activity_at,
            closed_at: self.closed_at,
            trash: trash(self.trash_group_id, self.trashed_at, self.purge_at),
            version: self.version,
        })
    }
}

async fn load(source: &Source, statement: Sql) -> Result<Vec<Ticket>> {
    let rows: Vec<TicketRow> = source.load(statement).await?;
    rows.into_iter().map(TicketRow::decode).collect()
}

fn keyset(order: Order<TicketSort>) -> Keyset {
    let (value, key_type) = match order.by {
        TicketSort::LastActivity => ("t.last_activity_at", KeyType::Time),
        TicketSort::Created => ("t.created_at", KeyType::Time),
        TicketSort::Number => ("t.number", KeyType::Int),
        TicketSort::Priority => ("coalesce(t.priority, 0)", KeyType::Int),
    };
    Keyset {
        value,
        id: Some("t.id"),
        key_type,
        descending: order.descending,
    }
}

/// The everyday shapes, of two conditions at most, are few enough to stay prepared.
fn statement(filter: &TicketFilter, text: String, binds: Binds) -> Sql {
    if filter.condition.size() <= 3 {
        sql(&text, binds.into_vec())
    } else {
        dynamic_sql(text, binds.into_vec())
    }
}

/// Tickets by id, also those in the trash; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn tickets_by_id(source: &Source, ids: Vec<Uuid>) -> Result<Vec<Ticket>> {
    let text = format!(
        "SELECT {COLUMNS} FROM tickets t {TRASH} WHERE t.account_id = $1 AND t.id = ANY($2)"
    );
    load(
        source,
        sql(&text, [Bind::Uuid(source.account().0), Bind::Uuids(ids)]),
    )
    .await
}

/// A page of the account's tickets.
///
/// # Errors
/// When the database is away.
pub async fn page(
    source: &Source,
    filter: &TicketFilter,
    order: Order<TicketSort>,
    page: Page,
) -> Result<Rows<Ticket>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let keyset = keyset(order);
    let condition = ticket_filter::tickets(filter, &account, &mut binds);
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset, &mut binds);
    // The page is cut before anything is joined to it.
    let text = format!(
        "SELECT {COLUMNS} FROM (SELECT t.* FROM tickets t WHERE t.account_id = {account} \
         AND {condition}{bounds}{limit}) t {TRASH}{}",
        page.sorted(keyset)
    );
    let rows = load(source, statement(filter, text, binds)).await?;
    Ok(page.cut(rows))
}

/// How many tickets of the account pass the filter.
///
/// # Errors
/// When the database is away.
pub async fn count(source: &Source, filter: &TicketFilter) -> Result<i64> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let condition = ticket_filter::tickets(filter, &account, &mut binds);
    let text = format!(
        "SELECT count(*) AS count FROM tickets t WHERE t.account_id = {account} AND {condition}"
    );
    let rows: Vec<CountRow> = source.load(statement(filter, text, binds)).await?;
    Ok(rows.first().map_or(0, |row| row.count))
}

/// The same page of each of these contacts' tickets, most recent first, the trash left out.
///
/// # Errors
/// When the database is away.
pub async fn pages_of_contacts(
    source: &Source,
    contacts: Vec<Uuid>,
    page: Page,
) -> Result<Vec<(Uuid, Rows<Ticket>)>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let parents = binds.push(Bind::Uuids(contacts.clone()));
    let keyset = keyset(Order::default());
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset, &mut binds);
    let text = format!(
        "SELECT {COLUMNS} FROM unnest({parents}) AS p (id) CROSS JOIN LATERAL (SELECT t.* FROM tickets t \
         WHERE t.account_id = {account} AND t.contact_id = p.id AND t.trash_group_id IS NULL{bounds}{limit}) t \
         {TRASH}{}",
        page.sorted(keyset)
    );
    let rows = load(source, sql(&text, binds.into_vec())).await?;
    // A row of this statement has the contact that it was found by.
    let contact = |ticket: &Ticket| ticket.contact.map(|id| id.0).unwrap_or_default();
    Ok(by_parent(page, contacts, rows, contact))
}

/// How many tickets each of these contacts has, the trash left out; none: left out.
///
/// # Errors
/// When the database is away.
pub async fn counts_of_contacts(source: &Source, contacts: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let text = "SELECT t.contact_id AS of, count(*) AS count FROM tickets t WHERE t.account_id = $1 \
                AND t.contact_id = ANY($2) AND t.trash_group_id IS NULL GROUP BY t.contact_id";
    let binds = [Bind::Uuid(source.account().0), Bind::Uuids(contacts)];
    let rows: Vec<CountOfRow> = source.load(sql(text, binds)).await?;
    Ok(rows.into_iter().map(|row| (row.of, row.count)).collect())
}
