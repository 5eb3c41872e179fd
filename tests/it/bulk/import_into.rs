//! Mail that belongs to conversations that are there.

use std::sync::Arc;

use tandem::domain::access::Viewer;
use tandem::domain::cascade::{Command, Subject};
use tandem::domain::contact::Sender;
use tandem::domain::event::Entry;
use tandem::domain::id::ConversationId;
use tandem::domain::noun::ConversationStatus;
use tandem::service::accounts::NewAccount;
use tandem::service::conversations::UpdateConversationStatus;
use tandem::service::messages::ReceiveMessage;
use tandem::service::tickets::CreateTicket;
use tandem::service::trash::TrashConversation;
use tandem::service::{Options, Outcome, Service, Settings, WriteResult};

use super::import::{account, run};
use super::mailbox::{Folder, letter, mbox};
use super::support::Database;

fn service(database: &Database) -> Service {
    Service::new(
        database.store.clone(),
        Settings::default(),
        Arc::new(|_| {}),
    )
}

async fn receive(database: &Database, account: &NewAccount, key: &str) -> ConversationId {
    let order = ReceiveMessage {
        channel: account.channel,
        thread_key: format!("{key}@mail.example.com"),
        from: Sender {
            email: Some("Anna@example.com".into()),
            ..Sender::default()
        },
        subject: Some("Received".into()),
        text: "As it came.".into(),
        message_key: Some(format!("{key}@mail.example.com")),
    };
    let viewer = Viewer::system(account.account);
    let entry = applied(service(database).run(viewer, order).await.unwrap());
    match entry.body.effects[0].subject {
        Subject::Conversation(id) => id,
        Subject::Ticket(_) => panic!("a message starts a conversation"),
    }
}

fn applied(outcome: Outcome) -> Arc<Entry> {
    assert_eq!(
        outcome.result,
        WriteResult::Applied,
        "{:?}",
        outcome.refusals
    );
    outcome.entry.unwrap()
}

async fn create_ticket(database: &Database, account: &NewAccount, conversation: ConversationId) {
    let order = CreateTicket {
        conversation,
        name: None,
        status: None,
        owner: None,
        priority: None,
        properties: Vec::new(),
        options: Options::default(),
    };
    applied(
        service(database)
            .run(Viewer::system(account.account), order)
            .await
            .unwrap(),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_join_what_was_received_and_change_nothing_else() {
    let (database, account) = account().await;
    let viewer = Viewer::system(account.account);
    let (linked, closed, trashed) = (
        receive(&database, &account, "linked").await,
        receive(&database, &account, "closed").await,
        receive(&database, &account, "trashed").await,
    );
    create_ticket(&database, &account, linked).await;
    let close = UpdateConversationStatus {
        conversation: closed,
        status: ConversationStatus::Closed,
        options: Options::default(),
    };
    applied(service(&database).run(viewer.clone(), close).await.unwrap());
    let trash = TrashConversation {
        conversation: trashed,
        options: Options::default(),
    };
    applied(service(&database).run(viewer, trash).await.unwrap());
    let before = "SELECT concat_ws('|', split_part(c.thread_key, '@', 1), c.status, c.version, \
        c.trash_group_id IS NOT NULL, c.ticket_id IS NOT NULL, c.last_activity_at) AS line \
        FROM conversations c ORDER BY 1";
    let activity = "SELECT last_activity_at::text AS line FROM tickets";
    let (conversations, ticket) = (database.lines(before).await, database.lines(activity).await);

    let folder = Folder::new();
    let answers =
        ["linked", "closed", "trashed"].map(|key| letter(&format!("to-{key}"), 0).answers(&[key]));
    let again = letter("linked", 0);
    let path = folder.file("answers.mbox", &mbox(&[&answers[..], &[again]].concat()));
    let report = run(&database, &account, &[path]).await.unwrap();
    assert_eq!(
        (report.messages, report.duplicates, report.conversations_new),
        (3, 1, 0)
    );
    // The mail is older than what was received: not even the time of activity moves.
    assert_eq!(database.lines(before).await, conversations);
    assert_eq!(database.lines(activity).await, ticket);
    assert_eq!(database.count("SELECT count(*) FROM messages").await, 6);

    // A clock that is ahead counts as now, and moves the ticket along.
    let ahead = letter("ahead", 0).answers(&["linked"]);
    let content = mbox(&[ahead]).replace("2025", "2099");
    let path = folder.file("ahead.mbox", &content);
    assert_eq!(run(&database, &account, &[path]).await.unwrap().messages, 1);
    assert_eq!(
        database
            .count("SELECT count(*) FROM messages WHERE created_at > now()")
            .await,
        0
    );
    assert_ne!(database.lines(activity).await, ticket);
    database.verified().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_and_the_daily_work_do_not_disturb_each_other() {
    let (database, account) = account().await;
    let mut conversations = Vec::new();
    for n in 0..8 {
        conversations.push(receive(&database, &account, &format!("t{n}")).await);
    }
    let mut answers = Vec::new();
    for n in 0..1_600 {
        let (id, parent) = (format!("a{n}"), format!("t{}", n % 8));
        answers.push(letter(&id, n).answers(&[&parent]));
    }
    let folder = Folder::new();
    let path = folder.file("answers.mbox", &mbox(&answers));
    let paths = [path];
    let work = async {
        // Linking changes what the import must lock, while it is at it.
        for id in conversations {
            create_ticket(&database, &account, id).await;
            for status in [ConversationStatus::Closed, ConversationStatus::Open] {
                let order = UpdateConversationStatus {
                    conversation: id,
                    status,
                    options: Options::default(),
                };
                let viewer = Viewer::system(account.account);
                applied(service(&database).run(viewer, order).await.unwrap());
            }
        }
    };
    let (report, ()) = tokio::join!(run(&database, &account, &paths), work);
    assert_eq!(report.unwrap().messages, 1_600);
    let name = Command::UpdateConversationStatus(
        ConversationId(uuid::Uuid::nil()),
        ConversationStatus::Open,
    )
    .name();
    let text = format!("SELECT count(*) FROM cascades WHERE command = '{name}'");
    assert_eq!(database.count(&text).await, 16);
    database.verified().await;
}
