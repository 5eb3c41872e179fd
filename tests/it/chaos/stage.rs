//! The servers, their Postgres and the proxies between.

use serde_json::{Value, json};
use tandem::store::embedded::{Cluster, Options};

use crate::crash::process::{Server, run};
use crate::embedded::scratch::Scratch;
use crate::support::chaos_proxy::{ChaosProxy, Upstream, Weather};
use crate::support::desk::text;
use crate::support::sql::number;
use crate::support::{Client, connect};

/// Between clients and servers: a mutation is some chunks, a frame about one.
const CLIENTS: Weather = Weather {
    cut: 600,
    half: 1_200,
    delay: 25,
    split: 5,
};
/// Between servers and Postgres: a mutation is about eight chunks.
const POSTGRES: Weather = Weather {
    cut: 700,
    half: 1_400,
    delay: 100,
    split: 10,
};

/// One server, with a proxy before and one behind it.
struct Place {
    server: Option<Server>,
    front: ChaosProxy,
    back: ChaosProxy,
}

pub struct Stage {
    cluster: Option<Cluster>,
    options: Options,
    places: Vec<Place>,
    pub token: String,
    /// The ids of the statuses Closed and New.
    pub statuses: [String; 2],
    channel: String,
    made: usize,
    // Removed last.
    _scratch: Scratch,
}

impl Stage {
    /// Everything is there, and the proxies are calm.
    pub async fn set(seed: u64) -> Self {
        let scratch = Scratch::new("tandem-chaos");
        // What is acknowledged must survive a crash of Postgres, as in production, though not one of the machine: each
        // commit is handed to the system, which need not wait for the disk.
        let options = Options {
            fetch: true,
            settings: vec![("synchronous_commit".to_owned(), "on".to_owned())],
            ..scratch.options("data")
        };
        let cluster = start(&options).await;
        let url = cluster.database_url();
        assert_eq!(run(&["migrate", "--database-url", &url]).await.code, 0);
        let create = [
            "account",
            "create",
            "--database-url",
            &url,
            "--name",
            "Chaos",
            "--admin-email",
            "a@example.com",
            "--json",
        ];
        let made = run(&create).await.json();
        let mut places = Vec::new();
        for n in 0..2 {
            let back = ChaosProxy::start(socket(&url), POSTGRES, seed.wrapping_add(2 * n)).await;
            let server = Server::serve(&through(&back, &url)).await;
            let front =
                ChaosProxy::start(address(&server), CLIENTS, seed.wrapping_add(2 * n + 1)).await;
            places.push(Place {
                server: Some(server),
                front,
                back,
            });
        }
        let mut stage = Self {
            cluster: Some(cluster),
            options,
            places,
            token: text(&made["token"]),
            statuses: [String::new(), String::new()],
            channel: text(&made["channelId"]),
            made: 0,
            _scratch: scratch,
        };
        let data = stage
            .client()
            .gql("{ pipelines { statuses { id name } } }", json!({}))
            .await;
        let statuses = data["pipelines"][0]["statuses"]
            .as_array()
            .expect("statuses")
            .clone();
        stage.statuses = ["Closed", "New"].map(|name| {
            let found = statuses.iter().find(|status| status["name"] == name);
            text(&found.expect("a status")["id"])
        });
        stage
    }

    /// Where the servers are, for those who shall have a hard time.
    pub fn servers(&self) -> Vec<String> {
        self.places
            .iter()
            .map(|place| place.front.address.clone())
            .collect()
    }

    /// Where the database is, past the proxies.
    pub fn database_url(&self) -> String {
        self.cluster.as_ref().expect("a cluster").database_url()
    }

    /// A client of the first server, to be used in calm times.
    fn client(&self) -> Client {
        Client::new(
            &format!("http://{}", self.places[0].front.address),
            &self.token,
        )
    }

    pub async fn as_of(&self) -> String {
        text(&self.client().gql("{ asOf }", json!({})).await["asOf"])
    }

    /// Makes tickets with a conversation each.
    pub async fn desks(&mut self, count: usize) -> Vec<(String, String)> {
        let client = self.client();
        let mut desks = Vec::new();
        for _ in 0..count {
            self.made += 1;
            let input = json!({ "channelId": self.channel, "threadKey": self.made.to_string(), "text": "Hello?",
                "from": { "email": "c@example.org" } });
            let conversation = done(&client, "receiveMessage", input, "conversation").await;
            let input = json!({ "conversationId": conversation });
            desks.push((
                done(&client, "createTicket", input, "ticket").await,
                conversation,
            ));
        }
        desks
    }

    pub fn calm(&self, calm: bool) {
        for place in &self.places {
            place.front.calm(calm);
            place.back.calm(calm);
        }
    }

    /// A process of Postgres dies as by the kernel's hand: all others are ended, and the log of writes is replayed.
    pub async fn crash_postgres(&self) {
        let mut sql = connect(&self.database_url()).await;
        let process = number(&mut sql, "SELECT pg_backend_pid()").await;
        let process = rustix::process::Pid::from_raw(i32::try_from(process).expect("an id"));
        rustix::process::kill_process(process.expect("an id"), rustix::process::Signal::KILL)
            .expect("killed");
        println!("Postgres has crashed");
    }

    /// kill -9 of the second server; then another one takes its place.
    pub async fn kill_a_server(&mut self) {
        let url = self.database_url();
        let place = &mut self.places[1];
        place.server.take().expect("a server").kill().await;
        println!("a server has been killed");
        // A start that fails is told to whoever started it: no chaos in this one.
        place.back.calm(true);
        let server = Server::serve(&through(&place.back, &url)).await;
        place.back.calm(false);
        place.front.lead_to(address(&server));
        place.server = Some(server);
    }

    /// Stops Postgres in order, and starts it.
    pub async fn restart_postgres(&mut self) {
        let cluster = self.cluster.take().expect("a cluster");
        let stopping = tokio::task::spawn_blocking(move || cluster.stop());
        stopping.await.expect("no panic").expect("it stops");
        println!("Postgres has stopped");
        let cluster = start(&self.options).await;
        for place in &self.places {
            place.back.lead_to(socket(&cluster.database_url()));
        }
        self.cluster = Some(cluster);
    }

    /// How many connections were cut, and how many were closed by half.
    pub fn damage(&self) -> (u64, u64) {
        let proxies = self
            .places
            .iter()
            .flat_map(|place| [&place.front, &place.back]);
        proxies
            .map(ChaosProxy::done)
            .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    }

    pub fn done(&self) -> String {
        let of = |proxies: Vec<(u64, u64)>| {
            let sum = proxies.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            format!("{} cut and {} halved", sum.0, sum.1)
        };
        let fronts = self.places.iter().map(|place| place.front.done()).collect();
        let backs = self.places.iter().map(|place| place.back.done()).collect();
        format!("clients: {}, Postgres: {}", of(fronts), of(backs))
    }
}

async fn start(options: &Options) -> Cluster {
    let options = options.clone();
    let starting = tokio::task::spawn_blocking(move || Cluster::start(&options));
    starting.await.expect("no panic").expect("a cluster")
}

async fn done(client: &Client, mutation: &str, input: Value, what: &str) -> String {
    let payload = client.done(mutation, input).await;
    text(&payload[what]["id"])
}

fn address(server: &Server) -> Upstream {
    Upstream::Tcp(server.url.trim_start_matches("http://").to_owned())
}

/// The Unix socket of a cluster's address.
pub fn socket(database_url: &str) -> Upstream {
    let rest = database_url.split_once('@').expect("a user").1;
    let (host, _) = rest.split_once('/').expect("a database");
    let (folder, port) = host.rsplit_once(':').expect("a port");
    let folder = folder.replace("%2F", "/").replace("%2f", "/");
    Upstream::Unix(format!("{folder}/.s.PGSQL.{port}").into())
}

/// The database's address by way of a proxy.
pub fn through(proxy: &ChaosProxy, database_url: &str) -> String {
    let (user, rest) = database_url.split_once('@').expect("a user");
    let (_, database) = rest.split_once('/').expect("a database");
    format!("{user}@{}/{database}", proxy.address)
}
