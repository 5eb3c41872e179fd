//! Servers, writers and readers for these tests.

use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tandem::domain::access::{Principal, Scopes, Viewer};
use tandem::domain::event::{BODY_VERSION, Body, Entry, Position};
use tandem::domain::id::{AccountId, CascadeId};
use tandem::domain::image::Actor;
use tandem::domain::noun::Role;
use tandem::realtime::{Realtime, RealtimeOptions};
use tandem::store::Store;
use tandem::store::pool::PoolOptions;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::support::TestDatabase;
pub use crate::support::{DEADLINE, until, within};

/// Small numbers that look random; the seed is shown when a test fails.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        println!("dice {seed}");
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn fresh() -> Self {
        Self::new(Uuid::new_v4().as_u64_pair().0)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// A server, as far as these tests need one.
pub struct Server {
    pub live: Realtime,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

pub fn store(database: &TestDatabase) -> Store {
    Store::new(&database.url, &PoolOptions::default()).unwrap()
}

/// Starts a server and waits until its tail has begun.
pub async fn server(database: &TestDatabase, options: RealtimeOptions) -> Server {
    let server = starting(database, options);
    let begun = server.live.tail.wait_for_start();
    within(DEADLINE, "start", begun).await.unwrap();
    server
}

/// Starts a server.
pub fn starting(database: &TestDatabase, options: RealtimeOptions) -> Server {
    starting_on(&store(database), options)
}

/// The same with a store of one's own.
pub fn starting_on(store: &Store, options: RealtimeOptions) -> Server {
    let (stop, mut stopped) = watch::channel(false);
    let shutdown = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let (live, task) = Realtime::start(store, options, shutdown).unwrap();
    Server { live, stop, task }
}

impl Server {
    /// Stops it, and sees that it ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        within(DEADLINE, "stop", self.task).await.unwrap();
    }
}

/// Somebody's connection, for statements that are not part of Tandem.
pub struct Client(AsyncPgConnection);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = st::BigInt)]
    n: i64,
}

impl Client {
    pub async fn new(database: &TestDatabase) -> Self {
        let mut connection = AsyncPgConnection::establish(&database.url).await.unwrap();
        let setup = "SET application_name = 'test'; SET tandem.across_accounts = 'on'";
        connection.batch_execute(setup).await.unwrap();
        Self(connection)
    }

    pub async fn run(&mut self, text: &str) {
        self.0.batch_execute(text).await.unwrap();
    }

    /// What a statement that selects `n` finds.
    pub async fn numbers(&mut self, text: &str) -> Vec<i64> {
        let rows: Vec<Number> = diesel::sql_query(text).load(&mut self.0).await.unwrap();
        rows.into_iter().map(|row| row.n).collect()
    }

    /// The whole log of an account.
    pub async fn log(&mut self, account: AccountId) -> Vec<i64> {
        let account = account.0;
        let text = format!(
            "SELECT position AS n FROM cascades WHERE account_id = '{account}' ORDER BY position"
        );
        self.numbers(&text).await
    }

    /// Begins a transaction as a command does: it has an id, from its locks, before it comes to the log.
    pub async fn begin(&mut self) {
        self.run("BEGIN; SELECT pg_current_xact_id()").await;
    }

    /// Adds a row to the log, which draws its position.
    pub async fn append(&mut self, account: AccountId) -> Entry {
        let mut entry = entry(account);
        let body = serde_json::to_string(&entry.body).unwrap();
        let text = format!(
            "INSERT INTO cascades (account_id, id, occurred_at, actor_kind, command, body) \
             VALUES ('{}', '{}', '{}', 3, '{}', '{body}') RETURNING position AS n",
            entry.account.0,
            entry.id.0,
            entry.occurred_at.to_rfc3339(),
            entry.command,
        );
        entry.position = Some(Position(self.numbers(&text).await[0]));
        entry
    }

    /// A whole command.
    pub async fn commit(&mut self, account: AccountId) -> Entry {
        self.begin().await;
        let entry = self.append(account).await;
        self.run("COMMIT").await;
        entry
    }

    /// Ends all connections that Tandem has to this database; says how many it were.
    pub async fn cut_connections(&mut self) -> usize {
        // Chosen first: else Postgres might try the pid before it looks at whose it is.
        let text = "WITH ours AS MATERIALIZED (SELECT pid FROM pg_stat_activity \
                      WHERE datname = current_database() AND application_name LIKE 'tandem%') \
                    SELECT pid::bigint AS n FROM ours WHERE pg_terminate_backend(pid)";
        self.numbers(text).await.len()
    }

    /// An account with a user and a token of theirs.
    pub async fn viewer(&mut self) -> Viewer {
        let (account, user, token) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        self.run(&format!(
            "INSERT INTO accounts (id, name, created_at) VALUES ('{account}', 'A', now()); \
             INSERT INTO users (account_id, id, name, email, role) \
               VALUES ('{account}', '{user}', 'U', '{user}@example.com', 1); \
             INSERT INTO tokens (account_id, id, user_id, hash) \
               VALUES ('{account}', '{token}', '{user}', sha256('{token}'::text::bytea))"
        ))
        .await;
        Viewer {
            account: account.into(),
            principal: Principal::User(user.into(), Role::Agent),
            token: token.into(),
            scopes: Scopes::ALL,
            limits: None,
        }
    }
}

/// A cascade that nothing follows from.
fn entry(account: AccountId) -> Entry {
    Entry {
        position: None,
        account,
        id: CascadeId(Uuid::now_v7()),
        // Postgres keeps microseconds.
        occurred_at: chrono::DateTime::from_timestamp_micros(chrono::Utc::now().timestamp_micros())
            .unwrap(),
        actor: Actor::System,
        command: "test".to_owned(),
        undoes: None,
        body: Body {
            v: BODY_VERSION,
            effects: Vec::new(),
            touches: Default::default(),
            tickets: Vec::new(),
            conversations: Vec::new(),
        },
    }
}

pub fn account() -> AccountId {
    AccountId(Uuid::now_v7())
}

/// Writers that overtake each other and roll back: each draws its position, waits, and then ends. Those of even
/// number hand over to the first server, the others to the second, if there are any.
pub async fn write(
    database: &TestDatabase,
    accounts: &[AccountId],
    writers: u64,
    rows: u64,
    servers: &[&Server],
) {
    let all = (0..writers).map(|writer| {
        let mut dice = Dice::fresh();
        let tail = servers
            .get(writer as usize % servers.len().max(1))
            .map(|server| server.live.tail.clone());
        async move {
            let mut client = Client::new(database).await;
            for _ in 0..rows / writers {
                client.begin().await;
                let account = accounts[dice.below(accounts.len() as u64) as usize];
                let entry = client.append(account).await;
                // Mostly as quick as a command is, now and then slow.
                let longest = if dice.below(20) == 0 { 30_000 } else { 1_500 };
                let pause = Duration::from_micros(dice.below(longest));
                tokio::time::sleep(pause).await;
                if dice.below(10) == 0 {
                    client.run("ROLLBACK").await;
                    continue;
                }
                client.run("COMMIT").await;
                if let Some(tail) = &tail {
                    tail.committed(entry);
                }
            }
        }
    });
    futures_util::future::join_all(all).await;
}
