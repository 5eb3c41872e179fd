//! The private Postgres of the tests: one for all, kept between runs because making one takes a second.

use std::path::Path;
use std::sync::OnceLock;

use tandem::store::embedded::{Attached, Options, attach_or_start};

static CLUSTER: OnceLock<Attached> = OnceLock::new();

/// Its address. Started by whoever asks first; it stops with this process, or with the last one that uses it.
pub fn database_url() -> &'static str {
    let cluster = CLUSTER.get_or_init(|| {
        let data_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster");
        let settings = vec![("max_connections".to_owned(), "400".to_owned())];
        let options = Options {
            durable: false,
            settings,
            ..Options::new(&data_dir)
        };
        attach_or_start(&options).expect("a Postgres for the tests")
    });
    cluster.database_url()
}

/// The address of another database of the cluster.
pub fn url_of(database: &str) -> String {
    let (server, _) = database_url()
        .rsplit_once('/')
        .expect("an address with a database");
    format!("{server}/{database}")
}
