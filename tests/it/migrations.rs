//! Migrations: each one's `down.sql` takes back exactly what its `up.sql` did, and servers that migrate at once do it
//! once.

use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::MigrationHarness;

use tandem::store::migrate::{self, MIGRATIONS};

use crate::support::database;
use crate::tables::texts;

/// Everything that the migrations make, as sorted lines: what a dump of the schema would say. Diesel's own table stays
/// when all is taken back, and extensions come with the database, not with a migration.
const CATALOG: &str = "
    WITH ours AS (
        SELECT c.* FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_\\_diesel%'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    )
    SELECT format('relation %s %s rls=%s force=%s options=%s bound=%s', relkind, relname, relrowsecurity,
                  relforcerowsecurity, reloptions, pg_get_expr(relpartbound, oid)) AS text FROM ours
    UNION ALL
    SELECT format('column %s.%s %s %s not_null=%s generated=%s default=%s', o.relname, a.attnum, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
                  pg_get_expr(d.adbin, d.adrelid))
        FROM ours o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = o.oid AND d.adnum = a.attnum WHERE o.relkind IN ('r', 'p', 'v', 'm')
    UNION ALL
    SELECT format('constraint %s.%s %s', o.relname, k.conname, pg_get_constraintdef(k.oid))
        FROM ours o JOIN pg_constraint k ON k.conrelid = o.oid
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(o.oid)) FROM ours o WHERE o.relkind IN ('i', 'I')
    UNION ALL
    SELECT format('trigger %s', pg_get_triggerdef(t.oid))
        FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('policy %s', p) FROM pg_policies p WHERE p.schemaname = 'public'
    UNION ALL
    SELECT format('sequence %s %s %s..%s by %s cache %s', s.sequencename, s.data_type, s.min_value, s.max_value,
                  s.increment_by, s.cache_size)
        FROM pg_sequences s WHERE s.schemaname = 'public'
    UNION ALL
    SELECT format('view %s %s', o.relname, pg_get_viewdef(o.oid)) FROM ours o WHERE o.relkind IN ('v', 'm')
    UNION ALL
    SELECT format('function %s', pg_get_functiondef(p.oid)) FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
          AND p.proname NOT LIKE 'diesel\\_%'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT format('type %s %s', t.typname, t.typtype) FROM pg_type t
        WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r')
    UNION ALL
    SELECT format('rows of %s: %s', o.relname,
                  query_to_xml(format('SELECT * FROM %I', o.relname), true, false, '')::text)
        FROM ours o WHERE o.relkind = 'r'
    ORDER BY 1";

async fn catalog(url: &str) -> Vec<String> {
    texts(
        &mut AsyncPgConnection::establish(url).await.unwrap(),
        CATALOG,
    )
    .await
}

async fn harness(url: &str) -> AsyncMigrationHarness<AsyncPgConnection> {
    AsyncMigrationHarness::new(AsyncPgConnection::establish(url).await.unwrap())
}

/// What only one of two lists has.
fn difference<'a>(left: &'a [String], right: &'a [String]) -> Vec<&'a String> {
    let only =
        |one: &'a [String], other: &'a [String]| one.iter().filter(|line| !other.contains(line));
    only(left, right).chain(only(right, left)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_up_has_its_step_down() {
    let database = database().await;
    let at_first = catalog(&database.url).await;
    assert!(
        at_first.len() > 200,
        "the catalog was not read: {at_first:#?}"
    );

    migrate::revert_all(&database.url).await.unwrap();
    let mut states = vec![catalog(&database.url).await];
    assert!(
        states[0].is_empty(),
        "left after all was taken back: {:#?}",
        states[0]
    );

    let mut steps = harness(&database.url).await;
    while steps.has_pending_migration(MIGRATIONS).unwrap() {
        steps.run_next_migration(MIGRATIONS).unwrap();
        states.push(catalog(&database.url).await);
    }
    assert!(states.len() > 3, "{} states", states.len());
    for before in states.iter().rev().skip(1) {
        let step = steps.revert_last_migration(MIGRATIONS).unwrap();
        let now = catalog(&database.url).await;
        let different = difference(&now, before);
        assert!(
            different.is_empty(),
            "the down.sql of {step}: {different:#?}"
        );
    }

    migrate::migrate(&database.url).await.unwrap();
    let again = catalog(&database.url).await;
    let different = difference(&again, &at_first);
    assert!(
        different.is_empty(),
        "up, down and up again: {different:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_migrate_at_once_do_it_once() {
    let database = database().await;
    migrate::revert_all(&database.url).await.unwrap();
    assert!(!migrate::pending(&database.url).await.unwrap().is_empty());
    let run = futures_util::future::join_all((0..4).map(|_| migrate::migrate(&database.url))).await;
    let mut counts: Vec<_> = run.into_iter().map(|names| names.unwrap().len()).collect();
    counts.sort_unstable();
    assert_eq!(counts[..3], [0, 0, 0]);
    assert!(counts[3] >= 3, "{counts:?}");
    assert_eq!(migrate::pending(&database.url).await.unwrap(), [""; 0]);
}
