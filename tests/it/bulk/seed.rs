//! The demo's accounts hold what the story tells.

use tandem::bulk::seed;
use tandem::demo::story::Story;
use tandem::service;

use super::support::Database;

async fn seeded() -> (
    Database,
    Story,
    Vec<seed::SeededAccount>,
    chrono::DateTime<chrono::Utc>,
) {
    let database = Database::new().await;
    let story = Story::load().unwrap();
    let now = service::now();
    let accounts = seed::seed(&database.store, &story, now).await.unwrap();
    (database, story, accounts, now)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_the_story_is_there_and_the_log_explains_it() {
    let (database, story, accounts, now) = seeded().await;
    let report = database.verified().await;
    let told = |count: fn(&tandem::demo::story::Account) -> usize| {
        story.accounts.iter().map(count).sum::<usize>() as u64
    };
    assert_eq!(report.accounts, 2);
    assert_eq!(report.conversations, told(|a| a.conversations.len()));
    assert_eq!(report.tickets, told(|a| a.tickets.len()));
    let messages = told(|a| a.conversations.iter().map(|c| c.messages.len()).sum());
    assert_eq!(report.messages, messages);
    assert!(report.cascades > messages, "{report:?}");

    for (seeded, told) in accounts.iter().zip(&story.accounts) {
        assert_eq!(seeded.name, told.profile.name);
        let id = seeded.account.0;
        let contacts = format!("SELECT count(*) FROM contacts WHERE account_id = '{id}'");
        assert_eq!(
            database.count(&contacts).await as usize,
            told.contacts.len()
        );
        check_ends(&database, id, told, now).await;
        check_tickets(&database, id, told).await;
    }
    let tokens = accounts.iter().map(|account| &account.token);
    for token in tokens {
        assert!(token.starts_with("tdm_") && token.len() == 47);
    }
}

/// Each conversation ended as the story says.
async fn check_ends(
    database: &Database,
    account: uuid::Uuid,
    told: &tandem::demo::story::Account,
    now: chrono::DateTime<chrono::Utc>,
) {
    let text = format!(
        "SELECT concat_ws('|', c.thread_key, coalesce(u.email, '-'), c.status, \
         coalesce(extract(epoch FROM c.closed_at)::bigint::text, '-'), c.trash_group_id IS NOT NULL, \
         coalesce(t.name, '-'), (SELECT count(*) FROM messages m WHERE m.conversation_id = c.id)) AS line \
         FROM conversations c LEFT JOIN users u ON u.id = c.owner_id LEFT JOIN tickets t ON t.id = c.ticket_id \
         WHERE c.account_id = '{account}' ORDER BY 1"
    );
    let found = database.lines(&text).await;
    let email = |key: &str| {
        let user = told.profile.users.iter().find(|user| user.key == key);
        user.unwrap().email.clone()
    };
    let dash = || "-".to_owned();
    let mut wanted: Vec<String> = Vec::new();
    for conversation in &told.conversations {
        let ticket = told.tickets.iter().find(|ticket| {
            ticket
                .links
                .iter()
                .any(|link| link.conversation == conversation.key)
        });
        let closed = conversation.closed.as_ref().map(|moment| {
            let at = now - chrono::TimeDelta::minutes(i64::from(moment.minutes_ago));
            // Postgres rounds where this cuts off.
            let rounded = at + chrono::TimeDelta::milliseconds(500);
            rounded.timestamp().to_string()
        });
        let trashed = match ticket {
            Some(ticket) => ticket.trashed.is_some(),
            None => conversation.trashed.is_some(),
        };
        wanted.push(format!(
            "{}|{}|{}|{}|{}|{}|{}",
            conversation.key,
            conversation.owner.as_deref().map_or_else(dash, email),
            i32::from(closed.is_some()),
            closed.unwrap_or_else(dash),
            if trashed { "t" } else { "f" },
            ticket.map_or_else(dash, |ticket| ticket.name.clone()),
            conversation.messages.len(),
        ));
    }
    wanted.sort();
    let mut found = found;
    found.sort();
    assert_eq!(found, wanted);
}

async fn check_tickets(
    database: &Database,
    account: uuid::Uuid,
    told: &tandem::demo::story::Account,
) {
    let text = format!(
        "SELECT concat_ws('|', t.name, p.name, s.name, coalesce(u.email, '-'), coalesce(t.priority, 0), \
         t.trash_group_id IS NOT NULL, t.workspace, (SELECT count(*) FROM ticket_properties v \
         WHERE v.ticket_id = t.id AND v.value IS NOT NULL)) AS line \
         FROM tickets t JOIN ticket_statuses s ON s.id = t.status_id JOIN pipelines p ON p.id = t.pipeline_id \
         LEFT JOIN users u ON u.id = t.owner_id WHERE t.account_id = '{account}' ORDER BY t.number"
    );
    let found = database.lines(&text).await;
    let workspace = i32::from(told.profile.created_at.timestamp() >= 1_712_016_000);
    let wanted: Vec<String> = told
        .tickets
        .iter()
        .map(|ticket| {
            let pipeline = told
                .profile
                .pipelines
                .iter()
                .find(|p| p.key == ticket.pipeline);
            let owner = ticket.owner.as_ref().map(|key| {
                let user = told.profile.users.iter().find(|user| user.key == *key);
                user.unwrap().email.as_str()
            });
            format!(
                "{}|{}|{}|{}|{}|{}|{workspace}|{}",
                ticket.name,
                pipeline.unwrap().name,
                ticket.status,
                owner.unwrap_or("-"),
                ticket.priority.map_or(0, |priority| priority as i32 + 1),
                if ticket.trashed.is_some() { "t" } else { "f" },
                ticket.properties.len(),
            )
        })
        .collect();
    assert_eq!(found, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rules_have_happened_in_it() {
    let (database, _, accounts, _) = seeded().await;
    let text = "SELECT DISTINCT e ->> 'rule' AS line FROM cascades c, jsonb_array_elements(c.body -> 'effects') e";
    let rules = database.lines(text).await;
    for rule in [
        "DIRECT",
        "TICKET_CREATED_MOVES_TO_HELP_DESK",
        "CONVERSATION_OWNER_SETS_TICKET_OWNER",
        "TICKET_CLOSED_CLOSES_CONVERSATIONS",
        "TICKET_TRASHED_TRASHES_CONVERSATIONS",
        "REPLY_ASSIGNS_SENDER",
        "NEW_CONVERSATION_CREATES_TICKET",
    ] {
        assert!(
            rules.iter().any(|found| found == rule),
            "{rule} is not among {rules:?}"
        );
    }
    // Positions follow the order of time, in each account.
    for account in accounts {
        let text = format!(
            "SELECT count(*) FROM (SELECT occurred_at, lag(occurred_at) OVER (ORDER BY position) AS before \
             FROM cascades WHERE account_id = '{}') x WHERE occurred_at < before",
            account.account.0
        );
        assert_eq!(database.count(&text).await, 0);
    }
    // Every entry is in the month of its time, and its index is beside it.
    assert_eq!(
        database.count("SELECT count(*) FROM cascades_other").await,
        0
    );
    let text = "SELECT count(*) FROM cascades c WHERE NOT EXISTS (SELECT FROM cascade_touches t \
        WHERE t.account_id = c.account_id AND t.cascade_id = c.id AND t.position = c.position)";
    assert_eq!(database.count(text).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_story_gets_accounts_of_its_own() {
    let (database, story, first, now) = seeded().await;
    let second = seed::seed(&database.store, &story, now).await.unwrap();
    assert_ne!(first[0].account, second[0].account);
    assert_ne!(first[0].token, second[0].token);
    assert_eq!(database.verified().await.accounts, 4);
}
