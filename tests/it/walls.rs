//! The last wall: what goes round the application is refused by Postgres itself.

use diesel_async::SimpleAsyncConnection;
use serde_json::json;

use crate::support::desk::uuid;
use crate::support::sql::{commit, number, refusal};
use crate::support::{Client, TestAccount, TestApp, connect};

/// Before and after 1 April 2024 (rule 5).
const OLDER: &str = "2024-04-01T23:59:59Z";
const NEWER: &str = "2024-04-02T00:00:00Z";

struct World {
    app: TestApp,
    account: TestAccount,
    client: Client,
}

impl World {
    async fn of(created_at: &str) -> Self {
        let app = TestApp::start().await;
        let account = app.account(created_at).await;
        let client = app.client(&account.token);
        Self {
            app,
            account,
            client,
        }
    }

    /// What refuses a transaction of these statements.
    async fn refusal(&self, statements: &str) -> Option<String> {
        refusal(&self.app.database_url, statements).await
    }

    async fn is_refused(&self, constraint: &str, statements: &str) {
        assert_eq!(
            self.refusal(statements).await.as_deref(),
            Some(constraint),
            "{statements}"
        );
    }

    async fn passes(&self, statements: &str) {
        assert_eq!(self.refusal(statements).await, None, "{statements}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_permanent() {
    let world = World::of(OLDER).await;
    let (_, conversations) = world.account.ticket(&world.client, 1).await;
    let (other, _) = world.account.ticket(&world.client, 1).await;
    let lonely = uuid(&world.account.conversation(&world.client).await);
    let (linked, other) = (uuid(&conversations[0]), uuid(&other));
    for value in [format!("'{other}'"), "NULL".to_owned()] {
        let statement =
            format!("UPDATE conversations SET ticket_id = {value} WHERE id = '{linked}'");
        world.is_refused("link_is_permanent", &statement).await;
    }
    // What the wall must let through: the first link, and the same one again.
    let link = format!("UPDATE conversations SET ticket_id = '{other}' WHERE id = '{lonely}'");
    world.passes(&link).await;
    world
        .passes(&format!(
            "UPDATE conversations SET ticket_id = ticket_id WHERE id = '{linked}'"
        ))
        .await;
    // A second ticket for a conversation has no place to stand: not in its row, not in a second row of its id.
    world
        .is_refused(
            "link_is_permanent",
            &format!(
                "{link}; UPDATE conversations SET ticket_id = \
         (SELECT id FROM tickets WHERE id <> '{other}') WHERE id = '{lonely}'"
            ),
        )
        .await;
    let twice = format!(
        "INSERT INTO conversations (account_id, id, status, workspace, inbox_id, channel_id, \
         thread_key, contact_id, ticket_id, created_at, last_activity_at, version) \
         SELECT account_id, id, status, workspace, inbox_id, channel_id, 'twice', contact_id, '{other}', \
         created_at, last_activity_at, version FROM conversations WHERE id = '{linked}'"
    );
    world.is_refused("conversations_pkey", &twice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_linked_is_deleted_whole_or_not_at_all() {
    let world = World::of(OLDER).await;
    let (ticket, conversations) = world.account.ticket(&world.client, 2).await;
    let (ticket, first, second) = (
        uuid(&ticket),
        uuid(&conversations[0]),
        uuid(&conversations[1]),
    );
    let delete =
        |conversations: &str| format!("DELETE FROM conversations WHERE id IN ({conversations})");
    let both = format!("'{first}', '{second}'");
    let ticket = format!("DELETE FROM tickets WHERE id = '{ticket}'");
    // In the trash or not: half of it is refused, whichever half.
    for trashed in [false, true] {
        if trashed {
            world
                .client
                .done(
                    "trashConversation",
                    json!({ "conversationId": conversations[0] }),
                )
                .await;
        }
        world
            .is_refused("conversations_account_id_ticket_id_fkey", &ticket)
            .await;
        world
            .is_refused("purge_all_or_none", &delete(&format!("'{first}'")))
            .await;
        world.is_refused("purge_all_or_none", &delete(&both)).await;
        let half = format!("{}; {ticket}", delete(&format!("'{second}'")));
        world
            .is_refused("conversations_account_id_ticket_id_fkey", &half)
            .await;
        world.passes(&format!("{}; {ticket}", delete(&both))).await;
    }
    // A group's row stays as long as it has members.
    let error = world.refusal("DELETE FROM trash_groups").await;
    assert!(
        error
            .as_deref()
            .is_some_and(|name| name.ends_with("_trash_group_id_fkey")),
        "{error:?}"
    );
    // Alone a conversation is its whole group.
    let alone = uuid(&world.account.conversation(&world.client).await);
    world.passes(&delete(&format!("'{alone}'"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_in_the_trash_whole_or_not_at_all() {
    let world = World::of(OLDER).await;
    let (ticket, conversations) = world.account.ticket(&world.client, 2).await;
    let account = uuid(&world.account.account_id);
    let group = |id: u8| {
        format!(
            "INSERT INTO trash_groups (account_id, id, trashed_at, purge_at, actor_kind) VALUES \
             ('{account}', '00000000-0000-7000-8000-0000000000{id:02}', now(), now() + interval '30 days', 3)"
        )
    };
    let trash = |table: &str, id: &str, group: u8| {
        let group = format!("'00000000-0000-7000-8000-0000000000{group:02}'");
        format!(
            "UPDATE {table} SET trash_group_id = {group} WHERE id = '{}'",
            uuid(id)
        )
    };
    let [first, second] = [0, 1].map(|index| trash("conversations", &conversations[index], 1));
    let whole = trash("tickets", &ticket, 1);
    let new = group(1);
    for half in [
        vec![&first],
        vec![&whole],
        vec![&first, &second],
        vec![&first, &whole],
        vec![&second, &whole],
    ] {
        let half: Vec<&str> = half.into_iter().map(String::as_str).collect();
        world
            .is_refused("trash_all_or_none", &format!("{new}; {}", half.join("; ")))
            .await;
    }
    // It looks at the commit, not before: a cascade changes one row after the other.
    let in_turn = format!("{new}; {first}; {whole}; {second}");
    world.passes(&in_turn).await;
    assert_eq!(
        commit(&world.app.database_url, &format!("{new}; {first}"))
            .await
            .as_deref(),
        Some("trash_all_or_none")
    );
    // Two groups are not one.
    let other = trash("conversations", &conversations[1], 2);
    let two = format!("{new}; {}; {first}; {whole}; {other}", group(2));
    world.is_refused("trash_all_or_none", &two).await;
    // Nor is half of one restored, nor joined from outside.
    assert_eq!(commit(&world.app.database_url, &in_turn).await, None);
    for (table, id) in [("tickets", &ticket), ("conversations", &conversations[0])] {
        let restore = format!(
            "UPDATE {table} SET trash_group_id = NULL WHERE id = '{}'",
            uuid(id)
        );
        world.is_refused("trash_all_or_none", &restore).await;
    }
    let lonely = world.account.conversation(&world.client).await;
    let (lonely, ticket) = (uuid(&lonely), uuid(&ticket));
    let join = format!("UPDATE conversations SET ticket_id = '{ticket}' WHERE id = '{lonely}'");
    world.is_refused("trash_all_or_none", &join).await;
    let born_linked = format!(
        "INSERT INTO conversations (account_id, id, status, workspace, inbox_id, channel_id, \
         thread_key, contact_id, ticket_id, created_at, last_activity_at, version) \
         SELECT account_id, gen_random_uuid(), status, workspace, inbox_id, channel_id, 'other', contact_id, \
         '{ticket}', created_at, last_activity_at, version FROM conversations WHERE id = '{lonely}'"
    );
    world.is_refused("trash_all_or_none", &born_linked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_5_in_a_newer_account_nothing_with_a_ticket_is_in_the_inbox() {
    let world = World::of(NEWER).await;
    let (ticket, conversations) = world.account.ticket(&world.client, 1).await;
    let (ticket, linked) = (uuid(&ticket), uuid(&conversations[0]));
    let lonely = uuid(&world.account.conversation(&world.client).await);
    let to_inbox = |table: &str, id| format!("UPDATE {table} SET workspace = 0 WHERE id = '{id}'");
    let ticket_in = |workspace: u8| {
        format!(
            "INSERT INTO tickets (account_id, id, number, name, name_version, pipeline_id, status_id, category, \
             priority_version, workspace, created_at, last_activity_at, version) \
             SELECT account_id, gen_random_uuid(), number + 1, name, 1, pipeline_id, status_id, category, 1, \
             {workspace}, created_at, last_activity_at, 1 FROM tickets WHERE id = '{ticket}'"
        )
    };
    world
        .is_refused("ticket_workspace", &to_inbox("tickets", ticket))
        .await;
    world.is_refused("ticket_workspace", &ticket_in(0)).await;
    world.passes(&ticket_in(1)).await;
    world
        .is_refused("conversation_workspace", &to_inbox("conversations", linked))
        .await;
    let link = format!("UPDATE conversations SET ticket_id = '{ticket}' WHERE id = '{lonely}'");
    world.is_refused("conversation_workspace", &link).await;
    world
        .passes(&link.replace("SET", "SET workspace = 1,"))
        .await;
    // Without a ticket it may be where it likes.
    world.passes(&to_inbox("conversations", lonely)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_5_in_an_older_account_tickets_may_be_in_the_inbox() {
    let world = World::of(OLDER).await;
    let (ticket, conversations) = world.account.ticket(&world.client, 1).await;
    for (table, id) in [("tickets", &ticket), ("conversations", &conversations[0])] {
        for workspace in [1, 0] {
            let id = uuid(id);
            world
                .passes(&format!(
                    "UPDATE {table} SET workspace = {workspace} WHERE id = '{id}'"
                ))
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_refers_to_another_account() {
    let world = World::of(NEWER).await;
    let (ticket, conversations) = world.account.ticket(&world.client, 1).await;
    let other = world.app.account(NEWER).await;
    let client = world.app.client(&other.token);
    let (foreign_ticket, foreign) = other.ticket(&client, 1).await;
    let lonely = world.account.conversation(&world.client).await;
    let column = |name: &str, id: &str| {
        format!(
            "(SELECT {name} FROM conversations WHERE id = '{}')",
            uuid(id)
        )
    };
    let contact = column("contact_id", &foreign[0]);
    let user = format!("'{}'", uuid(&other.user_id));
    let inbox = format!("'{}'", uuid(&other.inbox_id));
    let channel = format!("'{}'", uuid(&other.channel_id));
    let foreign_ticket = format!("'{}'", uuid(&foreign_ticket));
    for (table, id, column, value, constraint) in [
        (
            "tickets",
            &ticket,
            "owner_id",
            &user,
            "tickets_account_id_owner_id_fkey",
        ),
        (
            "conversations",
            &conversations[0],
            "owner_id",
            &user,
            "conversations_account_id_owner_id_fkey",
        ),
        (
            "tickets",
            &ticket,
            "contact_id",
            &contact,
            "tickets_account_id_contact_id_fkey",
        ),
        (
            "conversations",
            &conversations[0],
            "contact_id",
            &contact,
            "conversations_account_id_contact_id_fkey",
        ),
        (
            "conversations",
            &conversations[0],
            "inbox_id",
            &inbox,
            "conversations_account_id_inbox_id_fkey",
        ),
        (
            "conversations",
            &conversations[0],
            "channel_id",
            &channel,
            "conversations_account_id_channel_id_fkey",
        ),
        (
            "conversations",
            &lonely,
            "workspace = 1, ticket_id",
            &foreign_ticket,
            "conversations_account_id_ticket_id_fkey",
        ),
    ] {
        let id = uuid(id);
        world
            .is_refused(
                constraint,
                &format!("UPDATE {table} SET {column} = {value} WHERE id = '{id}'"),
            )
            .await;
    }
    let status = format!("(SELECT status_id FROM tickets WHERE id = {foreign_ticket})");
    let id = uuid(&ticket);
    world
        .is_refused(
            "tickets_status_fkey",
            &format!("UPDATE tickets SET status_id = {status} WHERE id = '{id}'"),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_in_use_keeps_its_category_and_its_place() {
    let world = World::of(NEWER).await;
    let (ticket, _) = world.account.ticket(&world.client, 1).await;
    let used = uuid(&world.account.statuses["New"]);
    let unused = uuid(&world.account.statuses["Waiting on us"]);
    let category = |id| format!("UPDATE ticket_statuses SET category = 1 WHERE id = '{id}'");
    world
        .is_refused("tickets_status_fkey", &category(used))
        .await;
    world.passes(&category(unused)).await;
    world
        .is_refused(
            "tickets_status_fkey",
            &format!("DELETE FROM ticket_statuses WHERE id = '{used}'"),
        )
        .await;
    // A ticket's own note of the category is that of its status, and tells when it was closed.
    let id = uuid(&ticket);
    let note = format!("UPDATE tickets SET category = 1, closed_at = now() WHERE id = '{id}'");
    world.is_refused("tickets_status_fkey", &note).await;
    let closed = format!("UPDATE tickets SET closed_at = now() WHERE id = '{id}'");
    world.is_refused("tickets_check", &closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_keys_are_there_once() {
    let world = World::of(NEWER).await;
    let (ticket, _) = world.account.ticket(&world.client, 1).await;
    world.account.ticket(&world.client, 1).await;
    let ticket = uuid(&ticket);
    let number = format!(
        "UPDATE tickets SET number = (SELECT max(number) FROM tickets) WHERE id = '{ticket}'"
    );
    world
        .is_refused("tickets_account_id_number_key", &number)
        .await;
    world
        .is_refused(
            "conversations_thread",
            "UPDATE conversations SET thread_key = 'the same'",
        )
        .await;
    world
        .is_refused(
            "messages_key",
            "UPDATE messages SET message_key = 'the same'",
        )
        .await;
    world
        .is_refused(
            "contacts_email",
            "UPDATE contacts SET email = 'THE.same@example.org'",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_for_which_account_sees_and_changes_nothing() {
    let world = World::of(NEWER).await;
    world.account.ticket(&world.client, 1).await;
    let other = world.app.account(NEWER).await;
    other.ticket(&world.app.client(&other.token), 1).await;
    let url = &world.app.database_url;
    let mut connection = connect(url).await;
    for (setting, seen) in [
        ("RESET tandem.account_id".to_owned(), 0),
        (
            format!(
                "SET tandem.account_id = '{}'",
                uuid(&world.account.account_id)
            ),
            1,
        ),
        (
            "RESET tandem.account_id; SET tandem.across_accounts = 'on'".to_owned(),
            2,
        ),
    ] {
        connection.batch_execute(&setting).await.expect("a setting");
        for table in [
            "accounts",
            "users",
            "inboxes",
            "tickets",
            "conversations",
            "messages",
        ] {
            let rows = number(&mut connection, &format!("SELECT count(*) FROM {table}")).await;
            assert_eq!(rows, seen, "{table} after {setting}");
        }
        let cascades = number(
            &mut connection,
            "SELECT count(DISTINCT account_id) FROM cascades",
        )
        .await;
        assert_eq!(cascades, seen, "cascades after {setting}");
    }
    // Nor can it write for another account than its own.
    let own = format!(
        "RESET tandem.across_accounts; SET tandem.account_id = '{}'",
        uuid(&world.account.account_id)
    );
    connection.batch_execute(&own).await.expect("a setting");
    let foreign = format!(
        "INSERT INTO inboxes (account_id, id, name) VALUES ('{}', gen_random_uuid(), 'Theirs')",
        uuid(&other.account_id)
    );
    let error = connection
        .batch_execute(&foreign)
        .await
        .expect_err("refused")
        .to_string();
    assert!(error.contains("row-level security"), "{error}");
}
