//! Stands between a server and Postgres, and fails when it is told to.

use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Passes everything on.
    Well,
    /// Passes nothing on, and says nothing.
    Silent,
    /// Every connection is cut, also those that come.
    Cut,
}

/// A proxy on a port of its own; it ends with the test's runtime.
pub struct Chaos {
    address: String,
    mood: Arc<watch::Sender<Mood>>,
    /// How many connections stand.
    open: Arc<watch::Sender<usize>>,
}

impl Chaos {
    /// Begins to stand before the database of that address, which is one of a Unix socket.
    pub async fn start(database_url: &str) -> Self {
        let rest = database_url
            .strip_prefix("postgres://")
            .expect("an address");
        let (user, rest) = rest.split_once('@').expect("a user");
        let (host, database) = rest.split_once('/').expect("a database");
        let (folder, port) = host.rsplit_once(':').expect("a port");
        let socket = format!(
            "{}/.s.PGSQL.{port}",
            folder.replace("%2F", "/").replace("%2f", "/")
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mood = Arc::new(watch::Sender::new(Mood::Well));
        let seen = mood.subscribe();
        let open = Arc::new(watch::Sender::new(0));
        let count = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (socket, mut seen) = (socket.clone(), seen.clone());
                let count = Arc::clone(&count);
                count.send_modify(|open| *open += 1);
                tokio::spawn(async move {
                    let mut changes = seen.clone();
                    let pass = async {
                        // A connection that fell silent is to be cut before all is well again: bytes are lost.
                        let mut server = UnixStream::connect(&socket).await.expect("Postgres");
                        loop {
                            let _ = changes.wait_for(|mood| *mood == Mood::Well).await;
                            let mut unwell = changes.clone();
                            tokio::select! {
                                _ = copy_bidirectional(&mut client, &mut server) => return,
                                _ = unwell.wait_for(|mood| *mood != Mood::Well) => {}
                            }
                        }
                    };
                    tokio::select! {
                        () = pass => {}
                        _ = seen.wait_for(|mood| *mood == Mood::Cut) => {}
                    }
                    drop(client);
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self {
            address: format!("postgres://{user}@127.0.0.1:{port}/{database}"),
            mood,
            open,
        }
    }

    /// Where servers find it.
    pub fn url(&self) -> String {
        self.address.clone()
    }

    /// Cuts all connections, and each that comes; done once none of those before passes anything on.
    pub async fn cut(&self) {
        self.mood.send_replace(Mood::Cut);
        let mut open = self.open.subscribe();
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Takes what comes and answers nothing.
    pub fn silence(&self) {
        self.mood.send_replace(Mood::Silent);
    }

    /// Is well again.
    pub fn mend(&self) {
        self.mood.send_replace(Mood::Well);
    }
}
