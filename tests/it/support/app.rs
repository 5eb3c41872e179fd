//! A real server on a real port, and a client that speaks HTTP with it.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use tandem::app::App;
use tandem::config::Config;
use tandem::http;
use tandem::pages::PageOptions;
use tandem::service::accounts;
use tandem::store::Store;

use super::{TestAccount, TestDatabase, database};

/// A server. It stops when the test's runtime ends; [`TestApp::stop`] stops it in order.
pub struct TestApp {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// The server's insides, for tests that need them.
    pub app: App,
    /// The database's address.
    pub database_url: String,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    _database: Option<TestDatabase>,
}

impl TestApp {
    /// A server on a database of its own.
    pub async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    /// A server with these settings on a database of its own.
    pub async fn start_with(config: Config) -> Self {
        let database = database().await;
        let url = database.url.clone();
        let mut app = Self::on(&url, config).await;
        app._database = Some(database);
        app
    }

    /// A server on that database.
    pub async fn on(database_url: &str, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        // Few connections a server: many tests run at once.
        let config = Config {
            pool_size: config.pool_size.min(6),
            ..config
        };
        let (stop, shutdown) = http::shutdown();
        let (app, background) = App::start(config, database_url, &shutdown)
            .await
            .expect("a server");
        app.realtime()
            .tail
            .wait_for_start()
            .await
            .expect("the tail begins");
        let router = app.router(PageOptions { demo_token: None }, shutdown.clone());
        let (send, asked) = oneshot::channel::<()>();
        let limits = app.limits();
        let serving = tokio::spawn(async move {
            let signal = async {
                if asked.await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            http::serve(listener, router, &limits, (stop, shutdown), signal)
                .await
                .expect("serving");
            background.await.expect("the background");
        });
        Self {
            url,
            app,
            database_url: database_url.to_owned(),
            stop: Some(send),
            serving,
            _database: None,
        }
    }

    /// Stops the server in order and waits for it.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        (&mut self.serving).await.expect("an orderly end");
    }

    /// A store on the server's database, of the test's own.
    pub fn store(&self) -> Store {
        let options = tandem::store::pool::PoolOptions {
            size: 2,
            ..Default::default()
        };
        Store::new(&self.database_url, &options).expect("a store")
    }

    /// An account as `tandem account create` makes it, created at that time.
    pub async fn account(&self, created_at: &str) -> TestAccount {
        let at = created_at.parse().expect("RFC 3339");
        let store = self.store();
        let new = accounts::create_account(&store, "Test", "admin@example.com", at)
            .await
            .expect("an account");
        TestAccount::new(self, store, new).await
    }

    /// A client with that token.
    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.url, token)
    }
}

/// When an account was created whose tickets are in the help desk only (rule 5).
pub const NEWER: &str = "2025-01-01T00:00:00Z";

/// A server on a database of its own, with an account of that kind and its administrator's client.
pub async fn office() -> (TestApp, TestAccount, Client) {
    let app = TestApp::start().await;
    let account = app.account(NEWER).await;
    let client = app.client(&account.token);
    (app, account, client)
}

/// Somebody who speaks GraphQL over HTTP.
#[derive(Clone)]
pub struct Client {
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Client {
    /// A client of the server at that address.
    pub fn new(url: &str, token: &str) -> Self {
        Self {
            url: format!("{url}/graphql"),
            token: token.to_owned(),
            http: reqwest::Client::new(),
        }
    }

    /// The data of an operation; panics where there are errors.
    pub async fn gql(&self, query: &str, variables: Value) -> Value {
        let mut response = self.raw(query, variables).await;
        assert!(response.get("errors").is_none(), "{query}\n{response:#}");
        response["data"].take()
    }

    /// The whole response of an operation.
    pub async fn raw(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        serde_json::from_str(&self.text(&body).await).expect("JSON")
    }

    /// The text of the response to that body, in the order in which it came.
    pub async fn text(&self, body: &Value) -> String {
        let request = self.http.post(&self.url);
        let request = request.bearer_auth(&self.token).json(body);
        let answer = request.send().await.expect("an answer");
        answer.text().await.expect("a text")
    }
}
