//! What an import of mail looks up, and what it alone keeps.

use diesel::QueryableByName;
use diesel::sql_types as st;
use uuid::Uuid;

use crate::domain::id::{AccountId, ChannelId, ContactId, ConversationId, InboxId, UserId};
use crate::domain::image::{Conversation, Ticket};
use crate::domain::noun::ChannelKind;
use crate::error::Result;
use crate::store::accounts::{self, Named, execute};
use crate::store::held::properties_of;
use crate::store::linked::{linked_meanwhile, trash_groups};
use crate::store::rows::{
    CONVERSATION_OWN_COLUMNS, ConversationRow, TICKET_OWN_COLUMNS, TicketRow,
};
use crate::store::sql::{Bind, sql};
use crate::store::{Scope, Store, Tx};

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = st::Uuid)]
    id: Uuid,
}

/// The account that has the inbox; none where there is no such inbox.
///
/// # Errors
/// When the database is away, as all in here.
pub async fn account_of_inbox(store: &Store, inbox: InboxId) -> Result<Option<AccountId>> {
    let tx = store.begin(Scope::Across).await?;
    let statement = sql(
        "SELECT account_id AS id FROM inboxes WHERE id = $1",
        [Bind::Uuid(inbox.0)],
    );
    let rows: Vec<IdRow> = statement.load(&mut tx.connection()).await?;
    tx.commit().await?;
    Ok(rows.into_iter().next().map(|row| row.id.into()))
}

/// The inbox's first e-mail channel; a new one named "E-mail" where it has none.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn email_channel(tx: &Tx, account: AccountId, inbox: InboxId) -> Result<ChannelId> {
    let lock = sql(
        "SELECT id FROM inboxes WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE",
        [Bind::Uuid(account.0), Bind::Uuid(inbox.0)],
    );
    execute(tx, lock).await?;
    let find = sql(
        "SELECT id FROM channels WHERE account_id = $1 AND inbox_id = $2 AND kind = $3 \
         ORDER BY created_at, id LIMIT 1",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(inbox.0),
            Bind::Small(ChannelKind::Email.code()),
        ],
    );
    let found: Vec<IdRow> = find.load(&mut tx.connection()).await?;
    if let Some(row) = found.into_iter().next() {
        return Ok(row.id.into());
    }
    let (mut name, mut number) = ("E-mail".to_owned(), 1);
    while accounts::name_taken(tx, account, Named::Channel(inbox), &name, None).await? {
        number += 1;
        name = format!("E-mail {number}");
    }
    let id = ChannelId(Uuid::now_v7());
    accounts::insert_channel(tx, account, id, inbox, ChannelKind::Email, &name, None).await?;
    Ok(id)
}

/// The addresses of the inbox's channels, in lower case.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn own_addresses(tx: &Tx, account: AccountId, inbox: InboxId) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct AddressRow {
        #[diesel(sql_type = st::Text)]
        address: String,
    }
    let statement = sql(
        "SELECT lower(address) AS address FROM channels WHERE account_id = $1 AND inbox_id = $2 \
         AND address IS NOT NULL",
        [Bind::Uuid(account.0), Bind::Uuid(inbox.0)],
    );
    let rows: Vec<AddressRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().map(|row| row.address).collect())
}

/// The users of the account, those who left too, with their addresses in lower case.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn users_of(tx: &Tx, account: AccountId) -> Result<Vec<(UserId, String)>> {
    #[derive(QueryableByName)]
    struct UserRow {
        #[diesel(sql_type = st::Uuid)]
        id: Uuid,
        #[diesel(sql_type = st::Text)]
        email: String,
    }
    let statement = sql(
        "SELECT id, lower(email) AS email FROM users WHERE account_id = $1",
        [Bind::Uuid(account.0)],
    );
    let rows: Vec<UserRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id.into(), row.email))
        .collect())
}

/// Waits until no other import adds to this channel, and keeps others waiting until this transaction ends.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn lock_imports(tx: &Tx, account: AccountId, channel: ChannelId) -> Result<()> {
    let name = format!("import/{}/{}", account.0, channel.0);
    let statement = sql(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        [Bind::Text(name)],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// A Message-ID that the channel knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundMail {
    /// Its place among those that were asked for.
    pub place: usize,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Whether the message itself is there; else it is a thread's key, or others refer to it.
    pub arrived: bool,
}

/// Which of these Message-IDs the channel knows; `hashes` are those of [`add_references`]. What is known more
/// surely comes later: references, then keys of threads, then messages.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn find_mail(
    tx: &Tx,
    account: AccountId,
    channel: ChannelId,
    ids: Vec<String>,
    hashes: Vec<Uuid>,
) -> Result<Vec<FoundMail>> {
    #[derive(QueryableByName)]
    struct FoundRow {
        #[diesel(sql_type = st::BigInt)]
        place: i64,
        #[diesel(sql_type = st::Uuid)]
        conversation_id: Uuid,
        #[diesel(sql_type = st::Integer)]
        sureness: i32,
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Each id is looked up by itself, in the indexes: a plain join reads the whole channel as soon as the planner
    // thinks that it is small.
    let statement = sql(
        "WITH asked AS (SELECT a.id, md5(a.id) AS md5, a.hash, a.place - 1 AS place \
             FROM unnest($3, $4) WITH ORDINALITY AS a(id, hash, place)) \
         SELECT a.place, f.id AS conversation_id, f.sureness FROM asked a CROSS JOIN LATERAL (\
             (SELECT r.conversation_id AS id, 0 AS sureness FROM mail_references r \
              WHERE r.account_id = $1 AND r.channel_id = $2 AND r.id_hash = a.hash LIMIT 1) \
             UNION ALL (SELECT c.id, 1 FROM conversations c WHERE c.account_id = $1 AND c.channel_id = $2 \
              AND md5(c.thread_key) = a.md5 AND c.thread_key = a.id LIMIT 1) \
             UNION ALL (SELECT m.conversation_id, 2 FROM messages m WHERE m.account_id = $1 AND m.channel_id = $2 \
              AND md5(m.message_key) = a.md5 AND m.message_key = a.id LIMIT 1)) f \
         ORDER BY sureness, place",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(channel.0),
            Bind::Texts(ids),
            Bind::Uuids(hashes),
        ],
    );
    let rows: Vec<FoundRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows
        .into_iter()
        .map(|row| FoundMail {
            place: usize::try_from(row.place).unwrap_or(usize::MAX),
            conversation: row.conversation_id.into(),
            arrived: row.sureness == 2,
        })
        .collect())
}

/// Keeps ids that messages of a conversation refer to, by the first 128 bits of their SHA-256.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn add_references(
    tx: &Tx,
    account: AccountId,
    channel: ChannelId,
    references: &[(Uuid, ConversationId)],
) -> Result<()> {
    if references.is_empty() {
        return Ok(());
    }
    let statement = sql(
        "INSERT INTO mail_references (account_id, channel_id, id_hash, conversation_id) \
         SELECT $1, $2, r.* FROM unnest($3, $4) AS r(id_hash, conversation_id) ON CONFLICT DO NOTHING",
        [
            Bind::Uuid(account.0),
            Bind::Uuid(channel.0),
            Bind::Uuids(references.iter().map(|(hash, _)| *hash).collect()),
            Bind::Uuids(references.iter().map(|(_, id)| id.0).collect()),
        ],
    );
    execute(tx, statement).await?;
    Ok(())
}

/// The contacts of these addresses, in their order.
///
/// # Errors
/// As [`account_of_inbox`].
pub async fn contacts_by_email(
    tx: &Tx,
    account: AccountId,
    emails: Vec<String>,
) -> Result<Vec<Option<ContactId>>> {
    #[derive(QueryableByName)]
    struct ContactRow {
        #[diesel(sql_type = st::Nullable<st::Uuid>)]
        id: Option<Uuid>,
    }
    let statement = sql(
        "SELECT (SELECT c.id FROM contacts c WHERE c.account_id = $1 AND c.email_key = lower(a.email)) AS id \
         FROM unnest($2) WITH ORDINALITY AS a(email, place) ORDER BY a.place",
        [Bind::Uuid(account.0), Bind::Texts(emails)],
    );
    let rows: Vec<ContactRow> = statement.load(&mut tx.connection()).await?;
    Ok(rows.into_iter().map(|row| row.id.map(ContactId)).collect())
}

/// Locks conversations with their tickets, in the order of all commands: tickets by rising id, then conversations
/// by rising id. What is not there (any more) is left out.
///
/// # Errors
/// A passing conflict where one of them was linked in between; the import tries its batch again.
pub async fn lock_conversations(
    tx: &Tx,
    account: AccountId,
    ids: Vec<Uuid>,
) -> Result<Vec<(Conversation, Option<Ticket>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let binds = || [Bind::Uuid(account.0), Bind::Uuids(ids.clone())];
    let lock_tickets = sql(
        &format!(
            "SELECT {TICKET_OWN_COLUMNS} FROM tickets t WHERE t.account_id = $1 AND t.id IN \
             (SELECT ticket_id FROM conversations WHERE account_id = $1 AND id = ANY($2)) \
             ORDER BY t.id FOR NO KEY UPDATE OF t"
        ),
        binds(),
    );
    let tickets: Vec<TicketRow> = lock_tickets.load(&mut tx.connection()).await?;
    let lock_conversations = sql(
        &format!(
            "SELECT {CONVERSATION_OWN_COLUMNS} FROM conversations c WHERE c.account_id = $1 AND c.id = ANY($2) \
             ORDER BY c.id FOR NO KEY UPDATE"
        ),
        binds(),
    );
    let conversations: Vec<ConversationRow> = lock_conversations.load(&mut tx.connection()).await?;

    let ticket_groups: Vec<_> = tickets.iter().map(TicketRow::trash_group).collect();
    let groups: Vec<_> = conversations
        .iter()
        .map(ConversationRow::trash_group)
        .collect();
    let wanted = groups.iter().chain(&ticket_groups).copied().flatten();
    let trash = trash_groups(tx, account, wanted.collect()).await?;
    let mut tickets: Vec<Ticket> = tickets
        .into_iter()
        .map(Ticket::try_from)
        .collect::<Result<_>>()?;
    let ticket_ids = tickets.iter().map(|ticket| ticket.id.0).collect();
    let mut properties = properties_of(tx.connection(), account, ticket_ids).await?;
    for (ticket, group) in tickets.iter_mut().zip(ticket_groups) {
        ticket.properties = properties.remove(&ticket.id.0).unwrap_or_default();
        ticket.trash = group.and_then(|group| trash.get(&group).copied());
    }
    let mut locked = Vec::with_capacity(conversations.len());
    for (row, group) in conversations.into_iter().zip(groups) {
        let mut conversation = Conversation::try_from(row)?;
        conversation.trash = group.and_then(|group| trash.get(&group).copied());
        let ticket = match conversation.ticket {
            None => None,
            Some(id) => match tickets.iter().find(|ticket| ticket.id == id) {
                None => return Err(linked_meanwhile()),
                found => found.cloned(),
            },
        };
        locked.push((conversation, ticket));
    }
    Ok(locked)
}
