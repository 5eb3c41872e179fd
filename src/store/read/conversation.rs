//! Reading conversations.

use std::borrow::Cow;
use std::sync::Arc;

use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{self as st, Untyped};
use uuid::Uuid;

use super::binds::{Binds, is_one_of};
use super::joins::{Beside, ConversationJoins, Joined, WithConversation};
use super::page::{KeyType, Keyset, Page, Rows, by_parent};
use super::{CountOfRow, CountRow, Source, conversation_filter, trash};
use crate::domain::filter::{
    ConversationFilter, ConversationLeaf as Leaf, ConversationSort, Order,
};
use crate::domain::image::{Conversation, Trash};
use crate::error::Result;
use crate::store::columns::{Columns, FromColumns};
use crate::store::rows::{
    CONVERSATION_OWN_COLUMNS, ConversationRow, conversations_of_list, read_by_place,
};
use crate::store::sql::{Bind, Sql, dynamic_sql, sql};

/// One conversation of a list with what was joined to it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The conversation.
    pub conversation: Arc<Conversation>,
    /// What came along.
    pub with: WithConversation,
}

impl Listed {
    /// The same, and its ticket, in the trash: they are there together or not at all (rule 18).
    fn in_trash(mut self, trash: Option<Trash>) -> Self {
        Arc::make_mut(&mut self.conversation).trash = trash;
        if let Some((ticket, _)) = &mut self.with.ticket {
            Arc::make_mut(ticket).trash = trash;
        }
        self
    }
}

struct ListedRow {
    /// The account's; the same in each row.
    mark: Uuid,
    /// The thing whose list it is in; its own id in a list of the account.
    parent: Uuid,
    /// Where it is in the trash.
    trash_group: Option<Uuid>,
    listed: Listed,
}

impl FromColumns for ListedRow {
    fn take<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Self> {
        let mark = columns.take::<st::Uuid, _>()?;
        let flags = columns.take::<st::SmallInt, _>()?;
        let parent = columns.take::<st::Uuid, _>()?;
        // Put together at once: rows are long, and each further list of them would be a copy.
        let row = ConversationRow::take(columns)?;
        let trash_group = row.trash_group();
        let conversation: Conversation = row.try_into()?;
        let with = Beside::take(flags, columns)?.of_conversation(&conversation)?;
        let conversation = Arc::new(conversation);
        Ok(Self {
            mark,
            parent,
            trash_group,
            listed: Listed { conversation, with },
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

async fn load(source: &Source, statement: Sql) -> Result<Vec<(Uuid, Listed)>> {
    let rows = rows(source, statement).await?;
    let listed = rows.into_iter().map(|row| (row.parent, row.listed));
    Ok(listed.collect())
}

fn keyset(order: Order<ConversationSort>) -> Keyset {
    Keyset {
        value: match order.by {
            ConversationSort::LastActivity => "c.last_activity_at",
            ConversationSort::Created => "c.created_at",
        },
        id: Some("c.id"),
        key_type: KeyType::Time,
        descending: order.descending,
    }
}

/// Conversations by id, also those in the trash; those that are not there are left out.
///
/// # Errors
/// When the database is away.
pub async fn conversations_by_id(
    source: &Source,
    ids: Vec<Uuid>,
    joins: ConversationJoins,
) -> Result<Vec<Listed>> {
    let Joined {
        first,
        columns,
        tables,
    } = joins.sql("$1");
    let (wanted, ids) = is_one_of(ids);
    let text = format!(
        "SELECT {first}, c.id, {CONVERSATION_OWN_COLUMNS}{columns} FROM conversations c{tables} \
         WHERE c.account_id = $1 AND c.id {wanted}"
    );
    let binds = [Bind::Uuid(source.account().0), ids];
    let rows = rows(source, sql(&text, binds)).await?;
    let trash = trash::times(source, rows.iter().map(|row| row.trash_group)).await?;
    let listed = rows.into_iter().map(|row| match row.trash_group {
        None => row.listed,
        Some(group) => row.listed.in_trash(trash.get(&group).copied()),
    });
    Ok(listed.collect())
}

/// The list within the limits of whoever it is read for. The wall of the table stands anyway; this lets Postgres go by
/// the index of the inboxes.
fn within<'f>(source: &Source, filter: &'f ConversationFilter) -> Cow<'f, ConversationFilter> {
    match source.limits() {
        Some(limits) => Cow::Owned(limits.within(filter.clone())),
        None => Cow::Borrowed(filter),
    }
}

/// A page of the account's conversations.
///
/// # Errors
/// When the database is away.
pub async fn page(
    source: &Source,
    filter: &ConversationFilter,
    order: Order<ConversationSort>,
    page: Page,
    joins: ConversationJoins,
) -> Result<Rows<Listed>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let keyset = keyset(order);
    let filter = &*within(source, filter);
    let condition = conversation_filter::conversations(filter, &account, &mut binds);
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset);
    let Joined {
        first,
        columns,
        tables,
    } = joins.sql(&account);
    let (own, trash) = conversations_of_list(filter.in_trash);
    // The page is cut before anything is joined to it.
    let text = format!(
        "SELECT {first}, c.id, {own}{columns} FROM (SELECT c.* FROM conversations c \
         WHERE c.account_id = {account} AND {condition}{bounds}{limit}) c {trash}{tables}{}",
        page.sorted(keyset)
    );
    let rows = load(source, statement(filter, text, binds)).await?;
    Ok(page.cut(rows.into_iter().map(|(_, listed)| listed).collect()))
}

/// How many conversations of the account pass the filter.
///
/// # Errors
/// When the database is away.
pub async fn count(source: &Source, filter: &ConversationFilter) -> Result<i64> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let filter = &*within(source, filter);
    let condition = conversation_filter::conversations(filter, &account, &mut binds);
    let text = format!(
        "SELECT count(*) AS count FROM conversations c WHERE c.account_id = {account} AND {condition}"
    );
    let rows: Vec<CountRow> = source.load(statement(filter, text, binds)).await?;
    Ok(rows.first().map_or(0, |row| row.count))
}

/// Whose conversations a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parent {
    /// Those in this inbox.
    Inbox(Uuid),
    /// Those with this contact.
    Contact(Uuid),
    /// Those of this ticket.
    Ticket(Uuid),
    /// The others with the contact of this conversation.
    Previous(Uuid),
}

/// What each list of several is: which of a parent's conversations, in what order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct List {
    /// None takes all, also those in the trash: a ticket and its conversations are there together or not at all.
    pub filter: Option<std::sync::Arc<ConversationFilter>>,
    /// In what order.
    pub order: Order<ConversationSort>,
}

impl Parent {
    /// The thing that the list is known by.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::Inbox(id) | Self::Contact(id) | Self::Ticket(id) | Self::Previous(id) => id,
        }
    }

    /// The `FROM` of the parents, which must be of one kind, and what ties a conversation to its own.
    fn join(parents: &[Self], account: &str, binds: &mut Binds) -> (String, String) {
        let ids: Vec<_> = parents.iter().map(|parent| parent.id()).collect();
        let tie = match parents.first() {
            Some(Self::Inbox(_)) => "c.inbox_id = p.id".to_owned(),
            Some(Self::Contact(_)) => "c.contact_id = p.id".to_owned(),
            Some(Self::Ticket(_)) => "c.ticket_id = p.id".to_owned(),
            Some(Self::Previous(_)) => format!(
                "c.contact_id = (SELECT o.contact_id FROM conversations o WHERE o.account_id = {account} AND o.id = p.id) \
                 AND c.id <> p.id"
            ),
            None => "false".to_owned(),
        };
        (binds.each(&ids), tie)
    }
}

fn list_condition(list: &List, account: &str, binds: &mut Binds) -> String {
    list.filter.as_ref().map_or(String::new(), |filter| {
        format!(
            " AND {}",
            conversation_filter::conversations(filter, account, binds)
        )
    })
}

/// The same page of each parent's conversations; the parents are all of one kind.
///
/// # Errors
/// When the database is away.
pub async fn pages_of(
    source: &Source,
    parents: Vec<Parent>,
    list: &List,
    page: Page,
    joins: ConversationJoins,
) -> Result<Vec<(Parent, Rows<Listed>)>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let (from, tie) = Parent::join(&parents, &account, &mut binds);
    let keyset = keyset(list.order);
    let condition = list_condition(list, &account, &mut binds);
    let bounds = page.bounds(keyset, &mut binds);
    let limit = page.order(keyset);
    let Joined {
        first,
        columns,
        tables,
    } = joins.sql(&account);
    let with_trash = list.filter.as_ref().is_none_or(|filter| filter.in_trash);
    let (own, trash) = conversations_of_list(with_trash);
    let text = format!(
        "SELECT {first}, p.id, {own}{columns} FROM {from} CROSS JOIN LATERAL (SELECT c.* FROM conversations c \
         WHERE c.account_id = {account} AND {tie}{condition}{bounds}{limit}) c {trash}{tables}{}",
        page.sorted(keyset)
    );
    let statement = list_statement(list, text, binds);
    let rows = load(source, statement).await?;
    let ids = parents.iter().map(|parent| parent.id()).collect();
    let lists = by_parent(page, ids, rows, |(parent, _)| *parent);
    let lists = lists
        .into_iter()
        .map(|(_, rows)| rows.map(|(_, listed)| listed));
    Ok(parents.into_iter().zip(lists).collect())
}

/// The page of what [`Parent::Previous`] lists of the conversation `c`, as a column of its row: an array of
/// [`ConversationRow`].
pub(super) fn previous_along(account: &str, page: Page) -> String {
    // Inside, `c` is another one; `p` is the one outside.
    format!(
        "ARRAY(SELECT ROW({CONVERSATION_OWN_COLUMNS}) FROM (SELECT c.id, c.contact_id) AS p, conversations c \
         WHERE c.account_id = {account} AND c.contact_id = p.contact_id AND c.id <> p.id \
         AND c.trash_group_id IS NULL{})",
        page.order_along(keyset(Order::default()))
    )
}

/// How many conversations each parent's list has; the parents are all of one kind.
///
/// # Errors
/// When the database is away.
pub async fn counts_of(
    source: &Source,
    parents: Vec<Parent>,
    list: &List,
) -> Result<Vec<(Parent, i64)>> {
    let mut binds = Binds::default();
    let account = binds.push(Bind::Uuid(source.account().0));
    let (from, tie) = Parent::join(&parents, &account, &mut binds);
    let condition = list_condition(list, &account, &mut binds);
    let text = format!(
        "SELECT p.id AS of, (SELECT count(*) FROM conversations c WHERE c.account_id = {account} AND {tie}{condition}) \
         AS count FROM {from}"
    );
    let rows: Vec<CountOfRow> = source.load(list_statement(list, text, binds)).await?;
    let counts: std::collections::HashMap<_, _> =
        rows.into_iter().map(|row| (row.of, row.count)).collect();
    let count = |parent: Parent| {
        (
            parent,
            counts.get(&parent.id()).copied().unwrap_or_default(),
        )
    };
    Ok(parents.into_iter().map(count).collect())
}

/// Plain filters of two conditions at most are few enough to stay prepared on each connection. One within limits is
/// planned each time: how much is in these inboxes, only its statistics tell.
fn statement(filter: &ConversationFilter, text: String, binds: Binds) -> Sql {
    let everyday = filter.condition.plain().is_some_and(|all| {
        all.len() <= 2 && !all.iter().any(|leaf| matches!(leaf, Leaf::InboxIn(_)))
    });
    if everyday {
        sql(&text, binds.into_vec())
    } else {
        dynamic_sql(text, binds.into_vec())
    }
}

fn list_statement(list: &List, text: String, binds: Binds) -> Sql {
    match &list.filter {
        Some(filter) => statement(filter, text, binds),
        None => sql(&text, binds.into_vec()),
    }
}
