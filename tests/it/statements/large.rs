//! A large account, made within the database, and a server whose statements tell their plans.

use std::hash::{DefaultHasher, Hash, Hasher};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use serde_json::Value;
use tandem::config::Config;
use tandem::domain::id::AccountId;
use tandem::domain::noun::Role;
use tandem::service::accounts;
use tokio::sync::{Mutex, MutexGuard};

use super::proxy::{Proxy, Transaction};
use crate::support::desk::uuid;
use crate::support::sql::{connect_across, texts};
use crate::support::{Client, TestApp, connect, database, database_url, hash_migrations, url_of};

/// The account, in SQL.
const SQL: &str = include_str!("large.sql");

/// One test at a time is on the account: who asks is a new user of it, and what servers keep of users is read anew then.
static ALONE: Mutex<()> = Mutex::const_new(());

/// A server on a large account, behind a proxy that notes what it asks the database.
pub struct Large {
    /// Somebody who asks; an administrator.
    pub client: Client,
    proxy: Proxy,
    _app: TestApp,
    _alone: MutexGuard<'static, ()>,
}

/// What one operation asked the database.
pub struct Asked {
    /// The statements; what begins and ends their transaction, where they have one, is none.
    pub statements: Vec<String>,
    /// The plan of each statement that has one, as Postgres ran it.
    pub plans: Vec<Value>,
}

/// Kinds in the log's index: src/store/log.rs.
const KINDS: [(&str, &str); 2] = [(":ticket_kind", "2"), (":conversation_kind", "3")];

/// What the database is set to, so that it tells its plans.
const SETTINGS: [&str; 6] = [
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_analyze = on",
    "auto_explain.log_timing = off",
    "auto_explain.log_format = json",
    "client_min_messages = log",
];

/// The database with the large account, and the account. Kept between runs: making it takes longer than all that is
/// asked of it. Named after what it is made by, so that a change of that makes another.
async fn large_database() -> (String, AccountId) {
    let mut hasher = DefaultHasher::new();
    hash_migrations(&mut hasher);
    (SQL, SETTINGS).hash(&mut hasher);
    let name = format!("large_{:016x}", hasher.finish());
    // Only a superuser goes past triggers and has the server tell plans.
    let as_superuser = |url: &str| url.replacen("tandem@", "postgres@", 1);
    let mut superuser = connect(&as_superuser(database_url())).await;
    // Test processes that begin at once wait for the first.
    let lock = "SELECT pg_advisory_lock(2)";
    superuser.batch_execute(lock).await.expect("a lock");
    let like = "SELECT datname::text AS text FROM pg_database WHERE datname LIKE 'large\\_%'";
    for other in texts(&mut superuser, like).await {
        if other != name {
            // In use by another process, it stays for the next to drop.
            let drop = format!("DROP DATABASE IF EXISTS {other}");
            let _ = superuser.batch_execute(&drop).await;
        }
    }
    let there = format!("{like} AND datname = '{name}'");
    if texts(&mut superuser, &there).await.is_empty() {
        make(&mut superuser, &name).await;
    }
    let mut across = connect_across(&url_of(&name)).await;
    let account = texts(&mut across, "SELECT id::text AS text FROM accounts").await;
    let account = account[0].parse::<::uuid::Uuid>().expect("an id");
    (url_of(&name), AccountId(account))
}

/// Makes the account in a database of its own, which gets its name when all is there.
async fn make(superuser: &mut AsyncPgConnection, name: &str) {
    let draft = database().await;
    // An account as any other, by a server that is gone before the log grows under it.
    let app = TestApp::on(&draft.url, Config::default()).await;
    let account = app.account("2025-01-01T00:00:00Z").await;
    app.stop().await;
    let ids = [
        (":account", &account.account_id),
        (":pipeline", &account.pipeline_id),
        (":open", &account.statuses["New"]),
        (":closed", &account.statuses["Closed"]),
    ];
    let mut sql = SQL.to_owned();
    for (placeholder, id) in ids {
        sql = sql.replace(placeholder, &format!("'{}'::uuid", uuid(id)));
    }
    for (placeholder, code) in KINDS {
        sql = sql.replace(placeholder, code);
    }
    let inside = draft.url.replacen("tandem@", "postgres@", 1);
    let mut inside = connect(&inside).await;
    inside.batch_execute(&sql).await.expect("a large account");
    let statistics = "VACUUM ANALYZE";
    inside.batch_execute(statistics).await.expect("statistics");
    drop(inside);
    let from = draft.url.rsplit('/').next().expect("a database");
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'");
    superuser.batch_execute(&end).await.expect("nobody in it");
    let rename = format!("ALTER DATABASE {from} RENAME TO {name}");
    superuser.batch_execute(&rename).await.expect("its name");
    for setting in SETTINGS {
        let set = format!("ALTER DATABASE {name} SET {setting}");
        superuser.batch_execute(&set).await.expect("a setting");
    }
}

impl Large {
    /// Starts a server on the account, which is made where it is not there from an earlier run.
    pub async fn start() -> Self {
        let alone = ALONE.lock().await;
        let (url, account) = large_database().await;
        let proxy = Proxy::start(&url).await;
        let config = Config {
            pool_size: 2,
            ..Config::default()
        };
        let app = TestApp::on(&proxy.url(), config).await;
        let email = format!("{}@example.com", ::uuid::Uuid::now_v7());
        let store = app.store();
        let made = accounts::create_user(&store, account, &email, "Who asks", Role::Admin);
        let token = made.await.expect("a user").token;
        Self {
            client: app.client(&token),
            proxy,
            _app: app,
            _alone: alone,
        }
    }

    /// Runs an operation and tells what it asked, once a connection knows its statements.
    pub async fn ask(&self, query: &str, variables: Value) -> Asked {
        // On each of two connections, and once more.
        const RUNS: usize = 3;
        self.proxy.forget();
        for _ in 0..RUNS {
            self.client.gql(query, variables.clone()).await;
        }
        let mut asked = self.seen(Transaction::is_a_read, RUNS).await;
        asked.pop().unwrap_or_else(|| panic!("nothing of {query}"))
    }

    /// Runs a command with each of two inputs by turns, and tells what it asked each time.
    pub async fn change(&self, mutation: &str, inputs: [Value; 2]) -> Vec<Asked> {
        // However the pool shares them out between its two connections, each gets some.
        const RUNS: usize = 14;
        self.proxy.forget();
        for run in 0..RUNS {
            self.client.done(mutation, inputs[run % 2].clone()).await;
        }
        self.seen(is_a_command, RUNS).await
    }

    /// The transactions of that kind, once there are so many. Beside them there are those of the tail and of signing in,
    /// and one ends after the response is sent.
    async fn seen(&self, kind: impl Fn(&Transaction) -> bool, runs: usize) -> Vec<Asked> {
        let mut seen = Vec::new();
        for _ in 0..500 {
            seen = self.proxy.transactions();
            seen.retain(&kind);
            // What asked before may end only now, too.
            if seen.len() >= runs {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(seen.len() >= runs, "{} transactions of {runs}", seen.len());
        let frame = ["BEGIN", "SET", "COMMIT", "ROLLBACK"];
        let asks = |text: &&String| !frame.iter().any(|one| text.starts_with(one));
        let asked = |one: Transaction| Asked {
            statements: one.statements.iter().filter(asks).cloned().collect(),
            plans: one.plans.iter().map(|text| plan(text)).collect(),
        };
        seen.into_iter().map(asked).collect()
    }
}

/// Whether it locks what a command names.
fn is_a_command(transaction: &Transaction) -> bool {
    let mut statements = transaction.statements.iter();
    statements.any(|text| text.contains("FROM tickets t") && text.contains("FOR NO KEY UPDATE"))
}

fn plan(text: &str) -> Value {
    let start = text.find('{').expect("JSON");
    serde_json::from_str(&text[start..]).expect("a plan")
}
