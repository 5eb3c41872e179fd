//! Stands between a server and Postgres and notes what they say: the frontend/backend protocol, version 3.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};

/// What one transaction asked for; a statement outside of any is one by itself.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    /// The statements in their order. `BEGIN …; SET LOCAL …` in one message is one.
    pub statements: Vec<String>,
    /// Whether it is one account's, and not of what runs across them.
    of_account: bool,
    /// How often the client waited: what it sent before an answer was there counts as one.
    pub round_trips: usize,
    /// How many statements were prepared meanwhile, which a warm connection need not.
    pub prepared: usize,
    /// What the server told about its plans meanwhile, where the database is set to tell.
    pub plans: Vec<String>,
}

impl Transaction {
    /// Whether it is the reading of one response.
    pub fn is_a_read(&self) -> bool {
        self.of_account && (self.is_one_statement() || self.statements[0].contains("READ ONLY"))
    }

    /// Whether it is a statement outside of any.
    pub fn is_one_statement(&self) -> bool {
        !self.statements[0].starts_with("BEGIN")
    }

    /// Whether it is a cascade's.
    pub fn writes_the_log(&self) -> bool {
        self.statements
            .iter()
            .any(|text| text.contains("INSERT INTO cascades"))
    }
}

/// The finished transactions of all connections.
type Notes = Arc<Mutex<Vec<Transaction>>>;
/// How many transactions of an account are open.
type Open = Arc<Mutex<usize>>;

/// A proxy on a port of its own; it ends with the test's runtime.
pub struct Proxy {
    address: String,
    notes: Notes,
    open: Open,
    spoils: Arc<AtomicBool>,
}

impl Proxy {
    /// Begins to stand before the database of that address, which is one of a Unix socket.
    pub async fn start(database_url: &str) -> Self {
        let rest = database_url
            .strip_prefix("postgres://")
            .expect("an address");
        let (user, rest) = rest.split_once('@').expect("a user");
        let (host, database) = rest.split_once('/').expect("a database");
        let (folder, port) = host.rsplit_once(':').expect("a port");
        let socket = format!("{}/.s.PGSQL.{port}", decoded(folder));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let notes = Notes::default();
        let heard = Arc::clone(&notes);
        let open = Open::default();
        let count = Arc::clone(&open);
        let spoils = Arc::<AtomicBool>::default();
        let spoiling = Arc::clone(&spoils);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.expect("Postgres");
                client.set_nodelay(true).expect("no delay");
                let talk = Arc::new(Mutex::new(Talk {
                    notes: Arc::clone(&heard),
                    of_account: Arc::clone(&count),
                    spoils: Arc::clone(&spoiling),
                    ..Talk::default()
                }));
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(pass(
                    from_client,
                    to_server,
                    Arc::clone(&talk),
                    Side::Client,
                ));
                tokio::spawn(pass(from_server, to_client, talk, Side::Server));
            }
        });
        Self {
            address: format!("postgres://{user}@127.0.0.1:{port}/{database}"),
            notes,
            open,
            spoils,
        }
    }

    /// From now on Postgres does not understand what begins an account's transaction, or makes a session the account's: the
    /// statements sent behind it run outside of any, and for no account or another one.
    pub fn spoil_begins(&self) {
        self.spoils.store(true, Ordering::SeqCst);
    }

    /// Where servers find it.
    pub fn url(&self) -> String {
        self.address.clone()
    }

    /// Forgets what was noted.
    pub fn forget(&self) {
        lock(&self.notes).clear();
    }

    /// What this request reads of its account: waits until what came before it is over, and then until it is. A
    /// response goes out before its transaction ends.
    pub async fn reads_of<T>(&self, request: impl Future<Output = T>) -> (Vec<String>, T) {
        self.settle().await;
        self.forget();
        let answer = request.await;
        self.settle().await;
        let reads = self
            .transactions()
            .into_iter()
            .filter(Transaction::is_a_read);
        let statements = reads.flat_map(|one| one.statements);
        let selects = statements.filter(|text| text.starts_with("SELECT"));
        (selects.collect(), answer)
    }

    /// Waits until no account's transaction is open.
    pub async fn settle(&self) {
        while *lock(&self.open) > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// What was noted.
    pub fn transactions(&self) -> Vec<Transaction> {
        lock(&self.notes).clone()
    }
}

/// What names the account: with the transaction, or for the session.
const ACCOUNT: &str = "tandem.account_id";
/// How a session is made an account's.
const SESSION: &str = "SET tandem.account_id";

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic meanwhile")
}

/// Undoes the percent signs of an address.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        decoded.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        decoded.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(decoded).expect("a path")
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Client,
    Server,
}

/// What is known of one connection.
#[derive(Default)]
struct Talk {
    notes: Notes,
    of_account: Open,
    spoils: Arc<AtomicBool>,
    /// Whether it was made an account's.
    session: bool,
    /// The texts of prepared statements by name.
    prepared: HashMap<String, String>,
    /// The statement that was bound last.
    bound: String,
    /// The transaction that is open, and how many of its answers the client waits for.
    open: Option<(Transaction, usize)>,
    /// For each awaited answer, what it belongs to.
    awaited: VecDeque<Awaited>,
}

/// What an answer belongs to.
enum Awaited {
    /// The open transaction.
    Open,
    /// A transaction that ends with it. The next one may begin before that is heard.
    End(Transaction),
    /// Nothing that is noted.
    Nothing,
}

impl Talk {
    fn client(&mut self, kind: u8, body: &[u8]) {
        match kind {
            b'P' => {
                let (name, rest) = text(body);
                self.prepared.insert(name, text(rest).0);
                if let Some((open, _)) = &mut self.open {
                    open.prepared += 1;
                }
            }
            b'B' => self.bound = text(text(body).1).0,
            b'E' => {
                let statement = self.prepared.get(&self.bound).cloned().unwrap_or_default();
                self.statement(statement);
            }
            b'Q' => {
                self.statement(text(body).0);
                self.asks();
            }
            b'S' => self.asks(),
            _ => {}
        }
    }

    fn statement(&mut self, statement: String) {
        // What makes a session the account's is of no transaction.
        self.session |= statement.starts_with(SESSION);
        if self.open.is_none() && !statement.starts_with("SET") {
            let others = ["tandem.across_accounts", "pg_notify"];
            let in_session = self.session && !others.iter().any(|one| statement.contains(one));
            let begun = Transaction {
                of_account: statement.contains(ACCOUNT) || in_session,
                ..Transaction::default()
            };
            *lock(&self.of_account) += usize::from(begun.of_account);
            self.open = Some((begun, 0));
        }
        if let Some((open, _)) = &mut self.open {
            open.statements.push(statement);
        }
    }

    /// The client asks for an answer; if it waited for none yet, this is a new round trip.
    fn asks(&mut self) {
        let Some((open, awaited)) = &mut self.open else {
            self.awaited.push_back(Awaited::Nothing);
            return;
        };
        open.round_trips += usize::from(*awaited == 0);
        *awaited += 1;
        let ends = |(open, _): &mut (Transaction, usize)| {
            let last = open.statements.last().map(String::as_str);
            open.is_one_statement() || matches!(last, Some("COMMIT" | "ROLLBACK"))
        };
        let ended = self.open.take_if(ends);
        let belongs = ended.map_or(Awaited::Open, |(done, _)| Awaited::End(done));
        self.awaited.push_back(belongs);
    }

    fn server(&mut self, kind: u8, body: &[u8]) {
        if kind == b'N' {
            let told = notice(body).filter(|text| text.contains("plan:"));
            // Of a statement it is told only with the next one, so of the last with the end; which may be sent already,
            // and the next transaction's begin behind it.
            let ending = self.awaited.iter_mut().find_map(|awaited| match awaited {
                Awaited::End(ending) => Some(ending),
                Awaited::Open | Awaited::Nothing => None,
            });
            match (ending, &mut self.open) {
                (Some(ending), _) => ending.plans.extend(told),
                (None, Some((open, _))) => open.plans.extend(told),
                (None, None) => {}
            }
        }
        // Ready for the next: an answer is complete.
        if kind != b'Z' {
            return;
        }
        match self.awaited.pop_front() {
            Some(Awaited::End(done)) => {
                let of_account = usize::from(done.of_account);
                lock(&self.notes).push(done);
                *lock(&self.of_account) -= of_account;
            }
            Some(Awaited::Open) => {
                if let Some((_, awaited)) = &mut self.open {
                    *awaited = awaited.saturating_sub(1);
                }
            }
            Some(Awaited::Nothing) | None => {}
        }
    }
}

/// The message of a notice, which has a text for each of several letters.
fn notice(mut body: &[u8]) -> Option<String> {
    while let Some((field @ 1.., rest)) = body.split_first() {
        let (value, rest) = text(rest);
        if *field == b'M' {
            return Some(value);
        }
        body = rest;
    }
    None
}

/// The text up to its NUL, and what comes after.
fn text(body: &[u8]) -> (String, &[u8]) {
    let end = body.iter().position(|byte| *byte == 0).expect("a NUL");
    (
        String::from_utf8_lossy(&body[..end]).into_owned(),
        &body[end + 1..],
    )
}

/// Makes a word that Postgres does not know, and which is as long, of what begins an account's transaction or makes a
/// session the account's.
fn spoil(sent: &mut [u8]) {
    let begins = |text: &[u8]| text.starts_with(b"BEGIN ") || text.starts_with(SESSION.as_bytes());
    let places = (0..sent.len()).filter(|at| begins(&sent[*at..]));
    for at in places.collect::<Vec<_>>() {
        let end = sent[at..].iter().position(|byte| *byte == 0);
        let text = &mut sent[at..at + end.expect("a whole message")];
        if String::from_utf8_lossy(text).contains(ACCOUNT) {
            text[0] = b'P';
        }
    }
}

/// Passes messages on, each noted before it goes: whoever hears an answer finds it noted.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    talk: Arc<Mutex<Talk>>,
    side: Side,
) {
    let mut bytes = Vec::new();
    // The first message of a client has no kind.
    let mut kinds = side == Side::Server;
    let mut chunk = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        bytes.extend_from_slice(&chunk[..count]);
        loop {
            let start = usize::from(kinds);
            let Some(length) = bytes.get(start..start + 4) else {
                break;
            };
            let length = u32::from_be_bytes(length.try_into().expect("four bytes"));
            let end = start + usize::try_from(length).expect("a length");
            if bytes.len() < end {
                break;
            }
            let message: Vec<u8> = bytes.drain(..end).collect();
            if kinds {
                match side {
                    Side::Client => lock(&talk).client(message[0], &message[5..]),
                    Side::Server => lock(&talk).server(message[0], &message[5..]),
                }
            }
            kinds = true;
        }
        let sent = &mut chunk[..count];
        if side == Side::Client && lock(&talk).spoils.load(Ordering::SeqCst) {
            spoil(sent);
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
