//! What holds for every table, asked of Postgres' own catalog: keys, indexes, and the wall between accounts.

use diesel::QueryableByName;
use diesel::sql_types as st;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use tandem::bulk::seed;
use tandem::demo::story::Story;
use tandem::domain::id::AccountId;
use tandem::store::Store;

use crate::support::{TestDatabase, database};

/// Tables that belong to no account, each with the reason.
const OF_NO_ACCOUNT: &[&str] = &[
    // How far the log reaches back: the log is one for all accounts.
    "log_horizon",
    // Diesel's own.
    "__diesel_schema_migrations",
];

/// Tables without row-level security, each with the reason.
const WITHOUT_WALL: &[&str] = &[
    // What search finds in them is joined to the things, which have their walls (tests/it/search/walls.rs): a policy
    // would keep Postgres from using their indexes.
    "search_documents",
    "search_words",
];

/// Foreign keys without an index of their own, each with the reason.
const UNINDEXED: &[&str] = &[
    // Channels are never deleted, and nothing is looked up by this column alone; the index would be written with every
    // message.
    "messages_account_id_channel_id_fkey",
];

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = st::Text)]
    text: String,
}

/// The texts that a query of one column named `text` finds.
pub async fn texts(connection: &mut AsyncPgConnection, query: &str) -> Vec<String> {
    let rows: Vec<Text> = diesel::sql_query(query)
        .load(connection)
        .await
        .expect("texts");
    rows.into_iter().map(|row| row.text).collect()
}

async fn number(connection: &mut AsyncPgConnection, expression: &str) -> i64 {
    let found = texts(connection, &format!("SELECT ({expression})::text AS text")).await;
    found[0].parse().expect("a number")
}

async fn connect(database: &TestDatabase) -> AsyncPgConnection {
    AsyncPgConnection::establish(&database.url)
        .await
        .expect("a connection")
}

/// A list for SQL's `IN`.
fn quoted(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("'{name}'"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Every table that holds what belongs to accounts, the log's partitions among them.
async fn tables(connection: &mut AsyncPgConnection) -> Vec<String> {
    let query = format!(
        "SELECT relname::text AS text FROM pg_class WHERE relnamespace = 'public'::regnamespace
         AND relkind IN ('r', 'p') AND relname NOT IN ({}) ORDER BY 1",
        quoted(OF_NO_ACCOUNT)
    );
    let found = texts(connection, &query).await;
    assert!(found.len() > 20, "{found:?}");
    found
}

/// Deleting or renaming what a key points to looks for the rows that point; without an index it reads them all.
/// An id is unique within its account, so an index that begins with both finds them.
#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_has_an_index() {
    let database = database().await;
    let mut connection = connect(&database).await;
    let query = "
        WITH keys AS (
            SELECT conrelid, conname, conkey[1:2]::int2[] AS columns, conkey FROM pg_constraint
            WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0
        )
        SELECT conname::text AS text FROM keys k WHERE NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid
              AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(k.columns)] = k.columns
              -- A partial index serves where it leaves out only rows that point nowhere.
              AND (i.indpred IS NULL OR EXISTS (
                  SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
                    AND pg_get_expr(i.indpred, i.indrelid) = format('(%s IS NOT NULL)', a.attname)))
        ) ORDER BY 1";
    assert_eq!(texts(&mut connection, query).await, UNINDEXED);
    let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'";
    assert!(number(&mut connection, keys).await > 30);
}

/// So that a shard, a backup or a deletion of one account never needs another one's rows.
#[tokio::test(flavor = "multi_thread")]
async fn every_primary_key_begins_with_the_account() {
    let database = database().await;
    let mut connection = connect(&database).await;
    for table in tables(&mut connection).await {
        let query = format!(
            "SELECT a.attname::text AS text FROM pg_index i
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
             WHERE i.indrelid = '{table}'::regclass AND i.indisprimary"
        );
        let expected = if table == "accounts" {
            "id"
        } else {
            "account_id"
        };
        assert_eq!(texts(&mut connection, &query).await, [expected], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_has_its_wall() {
    let database = database().await;
    let mut connection = connect(&database).await;
    for table in tables(&mut connection).await {
        if WITHOUT_WALL.contains(&table.as_str()) {
            continue;
        }
        let query = format!(
            "SELECT count(*) FROM pg_class WHERE oid = '{table}'::regclass AND relrowsecurity AND relforcerowsecurity"
        );
        assert_eq!(
            number(&mut connection, &query).await,
            1,
            "{table} has no forced row-level security"
        );
    }
    // The wall does not bind those whom Postgres lets through everything.
    let query =
        "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)";
    assert_eq!(
        number(&mut connection, query).await,
        0,
        "the tests must connect as Tandem does"
    );
}

/// The second wall alone: statements that forget the account find nothing, and can write nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_the_first_wall_finds_nothing() {
    let database = database().await;
    let store = Store::new(&database.url, &Default::default()).unwrap();
    let story = Story::load().unwrap();
    let seeded = seed::seed(&store, &story, tandem::service::now())
        .await
        .unwrap();
    let accounts: Vec<AccountId> = seeded.iter().map(|account| account.account).collect();
    let [mine, other] = accounts[..] else {
        panic!("two accounts")
    };

    let mut across = connect(&database).await;
    across
        .batch_execute("SET tandem.across_accounts = 'on'")
        .await
        .unwrap();
    let mut nobody = connect(&database).await;
    let mut walled = connect(&database).await;
    walled
        .batch_execute(&format!(
            "BEGIN; SET LOCAL tandem.account_id = '{}'",
            mine.0
        ))
        .await
        .unwrap();

    let mut filled = Vec::new();
    for table in tables(&mut across).await {
        if WITHOUT_WALL.contains(&table.as_str()) {
            continue;
        }
        let owner = if table == "accounts" {
            "id"
        } else {
            "account_id"
        };
        let all = format!("SELECT count(*) FROM {table}");
        let of = |account: AccountId| format!("{all} WHERE {owner} = '{}'", account.0);
        assert_eq!(
            number(&mut nobody, &all).await,
            0,
            "{table} shows rows to nobody's session"
        );
        assert_eq!(
            number(&mut walled, &of(other)).await,
            0,
            "{table} shows another account's rows"
        );
        if !is_partition(&mut across, &table).await {
            let own = number(&mut across, &of(mine)).await;
            assert_eq!(
                number(&mut walled, &all).await,
                own,
                "{table} hides rows of the account itself"
            );
            if own > 0 && number(&mut across, &of(other)).await > 0 {
                filled.push(table);
            }
        }
    }
    let must = [
        "accounts",
        "users",
        "tokens",
        "contacts",
        "tickets",
        "conversations",
        "messages",
        "cascades",
    ];
    for table in must {
        assert!(
            filled.iter().any(|name| name == table),
            "{table} was empty, which proves nothing"
        );
    }

    let changed = format!(
        "WITH changed AS (UPDATE tickets SET name = 'x' WHERE account_id = '{}' RETURNING 1)
                           SELECT count(*)::text AS text FROM changed",
        other.0
    );
    assert_eq!(
        texts(&mut walled, &changed).await,
        ["0"],
        "another account's tickets were changed"
    );
    let smuggled = format!(
        "INSERT INTO pipelines VALUES ('{}', gen_random_uuid(), 'Smuggled', 9)",
        other.0
    );
    let refused = walled
        .batch_execute(&smuggled)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("row-level security"), "{refused}");
    let refused = nobody
        .batch_execute(&smuggled)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("row-level security"), "{refused}");
}

/// The log is asked through its parent; its partitions by themselves show nothing to anybody.
async fn is_partition(connection: &mut AsyncPgConnection, table: &str) -> bool {
    let query =
        format!("SELECT count(*) FROM pg_class WHERE oid = '{table}'::regclass AND relispartition");
    number(connection, &query).await == 1
}
