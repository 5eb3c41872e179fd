//! Locking: the ticket first, then its conversations by rising id. Always that order, so no two commands can
//! wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use diesel::QueryableByName;
use diesel::deserialize::{self, FromSqlRow};
use diesel::pg::Pg;
use diesel::result::QueryResult;
use diesel::row::Row;
use diesel::sql_types::{self as st, Untyped};
use futures_util::try_join;
use uuid::Uuid;

use super::Tx;
use super::columns::{Columns, FromColumns, FromJoin};
use super::held::{HELD_COLUMNS, HeldRow};
use super::rows::{
    CONVERSATION_OWN_COLUMNS, ConversationRow, TICKET_OWN_COLUMNS, TicketRow, read_by_place,
};
use super::sql::{Bind, sql};
use crate::domain::cascade::{Linked, Settings};
use crate::domain::id::{AccountId, ConversationId, TicketId, TrashGroupId, UserId};
use crate::domain::image::{Conversation, Ticket, Time, Trash};
use crate::error::{Error, Result};

/// What a command names: at least one of the two.
#[derive(Debug, Clone, Copy, Default)]
pub struct Target {
    /// The ticket; left out: the conversation's.
    pub ticket: Option<TicketId>,
    /// The conversation, linked or not.
    pub conversation: Option<ConversationId>,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Bool)]
    active: bool,
}

#[derive(QueryableByName)]
struct TrashRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
    #[diesel(sql_type = st::Timestamptz)]
    trashed_at: Time,
    #[diesel(sql_type = st::Timestamptz)]
    purge_at: Time,
}

/// The account, with one of the ticket's properties; without, where there is none.
struct AccountRow {
    tickets_in_inbox: bool,
    held: Option<HeldRow>,
}

impl FromColumns for AccountRow {
    fn take<'r>(columns: &mut Columns<'_, impl Row<'r, Pg>>) -> deserialize::Result<Self> {
        Ok(Self {
            tickets_in_inbox: columns.take::<st::Bool, _>()?,
            held: HeldRow::take_maybe(columns)?,
        })
    }
}

read_by_place!(AccountRow);

/// What to try again: another command linked the conversation while this one waited for its lock.
pub(super) fn linked_meanwhile() -> Error {
    let info = Box::new("the conversation was linked meanwhile".to_owned());
    Error::Database(diesel::result::Error::DatabaseError(
        diesel::result::DatabaseErrorKind::SerializationFailure,
        info,
    ))
}

/// Locks and reads what a command works on. What is not there is left out: the planner or the service says so.
///
/// The conversations are read by a statement of their own, after the ticket's lock is held: the first statement's
/// view of the database is older than its lock, and would lack what was linked while it waited. All are sent together
/// and Postgres answers them in their order, so that commands wait once; hence what the ticket is, each of them finds for
/// itself.
///
/// # Errors
/// A passing conflict where the conversation was linked to a ticket in between; the command is tried again.
pub async fn lock(
    tx: &Tx,
    account: AccountId,
    target: Target,
    owner: Option<UserId>,
    retention: TimeDelta,
) -> Result<Linked> {
    let connection = tx.connection();
    let (ticket, conversation) = (
        target.ticket.map(|id| id.0),
        target.conversation.map(|id| id.0),
    );
    let (the_ticket, the_conversations) = asked_for(&target);
    let about = |text: &str| {
        let ids = [
            Bind::Uuid(account.0),
            Bind::MaybeUuid(ticket),
            Bind::MaybeUuid(conversation),
        ];
        sql(text, ids)
    };
    let lock_ticket = about(&format!(
        "SELECT {TICKET_OWN_COLUMNS} FROM tickets t WHERE t.account_id = $1 AND t.id = {the_ticket} FOR NO KEY UPDATE"
    ));
    // Draws the transaction's id, before any position of the log: the tail relies on it.
    let settings = about(&format!(
        "SELECT a.tickets_in_inbox, {HELD_COLUMNS} FROM accounts a LEFT JOIN ticket_properties h \
         ON h.account_id = a.id AND h.ticket_id = {the_ticket} WHERE a.id = $1 AND pg_current_xact_id() IS NOT NULL"
    ));
    let lock_conversations = about(&format!(
        "SELECT {CONVERSATION_OWN_COLUMNS} FROM conversations c WHERE c.account_id = $1 \
         AND {the_conversations} ORDER BY c.id FOR NO KEY UPDATE"
    ));
    let (tickets, accounts, conversations, named_owner): (
        Vec<TicketRow>,
        Vec<AccountRow>,
        Vec<ConversationRow>,
        _,
    ) = try_join!(
        lock_ticket.load(&mut &*connection),
        settings.load(&mut &*connection),
        lock_conversations.load(&mut &*connection),
        lock_owner(tx, account, owner)
    )?;
    let ticket_group = tickets.as_slice().first().and_then(TicketRow::trash_group);
    let mut ticket = tickets
        .into_iter()
        .next()
        .map(Ticket::try_from)
        .transpose()?;
    let missing = || Error::Internal(format!("account {account} is gone"));
    let tickets_in_inbox = accounts.first().ok_or_else(missing)?.tickets_in_inbox;

    let groups: Vec<_> = conversations
        .iter()
        .map(ConversationRow::trash_group)
        .collect();
    let mut conversations: Vec<Conversation> = conversations
        .into_iter()
        .map(Conversation::try_from)
        .collect::<Result<_>>()?;
    if let Some(ticket) = &mut ticket {
        let held = accounts.into_iter().filter_map(|row| row.held);
        let held = held.map(HeldRow::decode);
        ticket.properties = held
            .map(|row| row.map(|(_, property, held)| (property, held)))
            .collect::<Result<_>>()?;
    }
    // Read once the locks are held: a joined group would be that of before the wait.
    let trash = trash_groups(
        tx,
        account,
        groups
            .iter()
            .copied()
            .chain([ticket_group])
            .flatten()
            .collect(),
    )
    .await?;
    let trash = |group: Option<Uuid>| group.and_then(|group| trash.get(&group).copied());
    if let Some(ticket) = &mut ticket {
        ticket.trash = trash(ticket_group);
    }
    for (conversation, group) in conversations.iter_mut().zip(&groups) {
        conversation.trash = trash(*group);
    }
    let named = conversations
        .iter()
        .find(|c| Some(c.id) == target.conversation);
    if target.ticket.is_none() && named.is_some_and(|c| c.ticket != ticket.as_ref().map(|t| t.id)) {
        return Err(linked_meanwhile());
    }

    // Whoever owns a conversation without a ticket may be about to own one.
    let may_own = conversations.iter().filter(|c| c.ticket.is_none());
    let owners: BTreeSet<Uuid> = may_own.filter_map(|c| c.owner).map(|id| id.0).collect();
    let mut inactive = inactive_users(tx, account, owners.into_iter().collect()).await?;
    inactive.extend(
        named_owner
            .filter(|owner| !owner.active)
            .map(|owner| UserId(owner.id)),
    );
    let settings = Settings {
        tickets_in_inbox,
        retention,
    };
    Ok(Linked {
        settings,
        ticket,
        conversations,
        inactive,
    })
}

/// The ticket, and which conversations `c`, by what is named: `$2` and `$3`, of which one may be null. Statements of their
/// own for each, so that each has one plan that is good for all values, and is kept; no `coalesce`, for which Postgres
/// takes no index behind row-level security.
const fn asked_for(target: &Target) -> (&'static str, &'static str) {
    const TICKET_OF_CONVERSATION: &str =
        "(SELECT ticket_id FROM conversations WHERE account_id = $1 AND id = $3)";
    match (target.ticket, target.conversation) {
        (Some(_), None) => ("$2", "c.ticket_id = $2"),
        (Some(_), Some(_)) => ("$2", "(c.id = $3 OR c.ticket_id = $2)"),
        (None, _) => (
            TICKET_OF_CONVERSATION,
            "(c.id = $3 OR c.ticket_id = (SELECT ticket_id FROM conversations WHERE account_id = $1 AND id = $3))",
        ),
    }
}

/// Keeps whoever is to become the owner from being deactivated between this look and the commit.
async fn lock_owner(
    tx: &Tx,
    account: AccountId,
    owner: Option<UserId>,
) -> QueryResult<Option<OwnerRow>> {
    let Some(owner) = owner else {
        return Ok(None);
    };
    let statement = sql(
        "SELECT id, active FROM users WHERE account_id = $1 AND id = $2 FOR SHARE",
        [Bind::Uuid(account.0), Bind::Uuid(owner.0)],
    );
    let rows: Vec<OwnerRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().next())
}

/// Who of these is no longer active.
///
/// # Errors
/// When the database is away.
pub async fn inactive_users(
    tx: &Tx,
    account: AccountId,
    ids: Vec<Uuid>,
) -> Result<BTreeSet<UserId>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let statement = sql(
        "SELECT id FROM users WHERE account_id = $1 AND id = ANY($2) AND NOT active",
        [Bind::Uuid(account.0), Bind::Uuids(ids)],
    );
    let rows: Vec<IdRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().map(|row| UserId(row.id)).collect())
}

/// The trash groups by id.
pub(super) async fn trash_groups(
    tx: &Tx,
    account: AccountId,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Trash>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement = sql(
        "SELECT id, trashed_at, purge_at FROM trash_groups WHERE account_id = $1 AND id = ANY($2)",
        [Bind::Uuid(account.0), Bind::Uuids(ids)],
    );
    let rows: Vec<TrashRow> = statement.load(&mut tx.connection()).await?;
    let trash = |row: TrashRow| {
        let group = TrashGroupId(row.id);
        (
            row.id,
            Trash {
                group,
                trashed_at: row.trashed_at,
                purge_at: row.purge_at,
            },
        )
    };
    Ok(rows.into_iter().map(trash).collect())
}
