//! Reading tickets. Their properties are read apart, by those who ask for them.

use std::sync::Arc;

use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{self as st, Untyped};
use uuid::Uuid;

use super::binds::{Binds, is_one_of};
use super::joins::{Beside, Joined, TicketJoins, WithTicket};
use super::page::{KeyType, Keyset, Page, Rows, by_parent};
use super::{CountOfRow, CountRow, Source, ticket_filter, trash};
use crate::domain::filter::{Order, TicketFilter, TicketLeaf, TicketSort};
use crate::domain::image::Ticket;
use crate::error::Result;
use crate::store::columns::{Columns, FromColumns};
use crate::store::rows::{TICKET_OWN_COLUMNS, TicketRow, read_by_place, tickets_of_list};
use crate::store::sql::{Bind, Sql, dynamic_sql, sql};

/// One ticket of a list with what was joined to it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The ticket, without its properties.
    pub ticket: Arc<Ticket>,
    /// What came along.
    pub with: WithTicket,
}

struct ListedRow {
    /// The account's; the same in each row.
    mark: Uuid,
    /// Where it is in the trash.
    trash_group: Option<Uuid>,
    listed: Listed,
}

impl FromColumns for ListedRow {
    fn take<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Self> {
        let mark = columns.take::<st::Uuid, _>()?;
        let flags = columns.take::<st::SmallInt, _>()?;
        // Put together at once: rows are long, and each further list of them would be a copy.
        let row = TicketRow::take(columns)?;
        let trash_group = row.trash_group();
        let ticket: Ticket = row.try_into()?;
        let with = Beside::take(flags, columns)?.of_ticket(&ticket)?;
        let ticket = Arc::new(ticket);
        Ok(Self {
            mark,
            trash_group,
            listed: Listed { ticket, with },
        })
    }
}

read_by_place!(ListedRow);

async fn rows(source: &Source, statement: Sql) -> Result<Vec<ListedRow>> {
    let rows: Vec<ListedRow> = source.load(statement).await?;
    if let Some(row) = rows.first() {
        source.has_mark(row.mark);
    }
    Ok(rows)
}

async fn load(source: &Source, statement: Sql) -> Result<Vec<Listed>> {
    let rows = rows(source, statement).await?;
    Ok(rows.into_iter().map(|row| row.listed).collect())
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

/// Plain filters of two conditions at most are few enough to stay prepared on each connection. One on a property is
/// planned each time: how many tickets have the value, only its statistics tell.
fn statement(filter: &TicketFilter, text: String, binds: Binds) -> Sql {
    let everyday = filter.condition.plain().is_some_and(|all| {
        all.len() <= 2
            && !all
                .iter()
                .any(|leaf| matches!(leaf, TicketLeaf::Property(..)))
    });
    if everyday {
        sql(&text, binds.into_vec())
    } else {
        dynamic_sql(text, binds.into_vec())
    }
}

/// Tickets by id, also those in the trash; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn tickets_by_id(
    source: &Source,
    ids: Vec<Uuid>,
    joins: TicketJoins,
) -> Result<Vec<Listed>> {
    let Joined {
        first,
        columns,
        tables,
    } = joins.sql("$1");
    let (wanted, ids) = is_one_of(ids);
    let text = format!(
        "SELECT {first}, {TICKET_OWN_COLUMNS}{columns} FROM tickets t{tables} WHERE t.account_id = $1 AND t.id {wanted}"
    );
    let rows = rows(source, sql(&text, [Bind::Uuid(source.account().0), ids])).await?;
    let trash = trash::times(source, rows.iter().map(|row| row.trash_group)).await?;
    let listed = rows.into_iter().map(|mut row| {
        if let Some(group) = row.trash_group {
            Arc::make_mut(&mut row.listed.ticket).trash = trash.get(&group).copied();
        }
        row.listed
    });
    Ok(listed.collect())
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
    joins: TicketJoins,
) -> Result<Rows<Listed>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let keyset = keyset(order);
    let condition = ticket_filter::tickets(filter, &account, &mut binds);
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset);
    let Joined {
        first,
        columns,
        tables,
    } = joins.sql(&account);
    let (own, trash) = tickets_of_list(filter.in_trash);
    // The page is cut before anything is joined to it.
    let text = format!(
        "SELECT {first}, {own}{columns} FROM (SELECT t.* FROM tickets t WHERE t.account_id = {account} \
         AND {condition}{bounds}{limit}) t {trash}{tables}{}",
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
    joins: TicketJoins,
) -> Result<Vec<(Uuid, Rows<Listed>)>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let from = binds.each(&contacts);
    let keyset = keyset(Order::default());
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset);
    let Joined {
        first,
        columns,
        tables,
    } = joins.sql(&account);
    let text = format!(
        "SELECT {first}, {TICKET_OWN_COLUMNS}{columns} FROM {from} CROSS JOIN LATERAL (SELECT t.* FROM tickets t \
         WHERE t.account_id = {account} AND t.contact_id = p.id AND t.trash_group_id IS NULL{bounds}{limit}) t \
         {tables}{}",
        page.sorted(keyset)
    );
    let rows = load(source, sql(&text, binds.into_vec())).await?;
    // A row of this statement has the contact that it was found by.
    let contact = |listed: &Listed| listed.ticket.contact.map(|id| id.0).unwrap_or_default();
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
