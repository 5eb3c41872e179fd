//! GraphQL over HTTP, from the body's bytes to the bytes of the answer: the whole way but for the database, which is
//! away.

use std::cell::RefCell;
use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Request, Response};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{self, StatusCode, header};
use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::{Map, Value, json};
use tandem::domain::access::{Principal, Scopes, Viewer};
use tandem::domain::event::Position;
use tandem::domain::id::{AccountId, TokenId, UserId};
use tandem::domain::noun::Role;
use tandem::graphql::{self, RequestState, Schema, operation::meant};
use tandem::http::{AuthError, Backend, Frame, Limits, Shutdown, Stop};
use tandem::service::{Service, Settings};
use tandem::store::Store;
use tandem::store::pool::PoolOptions;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use uuid::Uuid;

/// Nobody is there.
const DATABASE: &str = "postgres://nobody@%2Fnowhere/nothing";

/// What executes: the schema itself, over a database that is away.
#[derive(Clone)]
struct Away {
    schema: Schema,
    store: Store,
}

impl Backend for Away {
    type Viewer = Viewer;

    async fn authenticate(&self, _token: Option<&str>) -> Result<Viewer, AuthError> {
        Ok(Viewer {
            account: AccountId(Uuid::from_u128(1)),
            principal: Principal::User(UserId(Uuid::from_u128(2)), Role::Admin),
            token: TokenId(Uuid::from_u128(3)),
            scopes: Scopes::ALL,
            limits: None,
        })
    }

    fn user(&self, _viewer: &Viewer) -> Uuid {
        Uuid::from_u128(2)
    }

    fn withdrawn(&self, _viewer: &Viewer) -> impl Future<Output = ()> + Send + 'static {
        std::future::pending()
    }

    async fn execute(&self, viewer: Viewer, request: Request) -> Response {
        let state = RequestState::new(self.store.clone(), viewer, Position(0));
        let executed = graphql::execute(&self.schema, request, None, state).await;
        executed.response
    }

    fn subscribe(&self, viewer: Viewer, mut request: Request) -> BoxStream<'static, Frame> {
        match graphql::check(&self.schema, &viewer, &mut request) {
            Ok(_) => stream::empty().boxed(),
            Err(error) => stream::iter([Frame::Error(vec![error])]).boxed(),
        }
    }

    async fn ready(&self) -> Result<(), String> {
        Ok(())
    }
}

struct Server {
    runtime: Runtime,
    router: Router,
    /// Held, since a server that stops takes nothing.
    _running: (Stop, Shutdown),
}

impl Server {
    fn start() -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let store = Store::new(DATABASE, &PoolOptions::default()).expect("a store");
        let service = Service::new(store.clone(), Settings::default(), Arc::new(|_| {}));
        let told: tandem::service::OnAccessChange = Arc::new(|| Box::pin(async {}));
        let schema = graphql::schema(graphql::Limits::default());
        let schema = schema.data(service).data(told).finish();
        let (stop, shutdown) = tandem::http::shutdown();
        let limits = Limits::default();
        let router = tandem::http::router(Away { schema, store }, limits, shutdown.clone());
        Self {
            runtime,
            router,
            _running: (stop, shutdown),
        }
    }

    fn post(&self, body: &[u8]) -> (StatusCode, Vec<u8>) {
        let request = http::Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(
                header::ACCEPT,
                "application/graphql-response+json, text/event-stream",
            )
            .header(header::AUTHORIZATION, "Bearer x")
            .body(Body::from(body.to_vec()))
            .expect("a request");
        self.runtime.block_on(async {
            let answer = self
                .router
                .clone()
                .oneshot(request)
                .await
                .expect("an answer");
            let (parts, body) = answer.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.expect("its body");
            (parts.status, bytes.to_vec())
        })
    }
}

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
}

/// Names under which a selection is answered, in the order of their first mention.
fn asked<'a>(
    selection: &'a SelectionSet,
    document: &'a ExecutableDocument,
    names: &mut Vec<&'a str>,
) {
    for item in &selection.items {
        match &item.node {
            Selection::Field(field) => {
                let name = field.node.response_key().node.as_str();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Selection::InlineFragment(inner) => {
                asked(&inner.node.selection_set.node, document, names)
            }
            Selection::FragmentSpread(spread) => {
                if let Some(inner) = document.fragments.get(&spread.node.fragment_name.node) {
                    asked(&inner.node.selection_set.node, document, names);
                }
            }
        }
    }
}

/// The fields of the answer come in the order in which they were asked for.
fn in_order(data: &Map<String, Value>, text: &str, query: &str, name: Option<&str>) {
    let Ok(document) = async_graphql::parser::parse_query(query) else {
        panic!("answered what cannot be read: {query}");
    };
    let operation = meant(&document, name).expect("the operation that was executed");
    let mut names = Vec::new();
    asked(&operation.selection_set.node, &document, &mut names);
    let places = names.iter().filter(|name| data.contains_key(**name));
    // The map has lost the order; the text has it. A key is found by its place after those before it.
    let mut rest = text;
    for name in places {
        let key = format!("{}:", json!(name));
        let at = rest.find(&key);
        let at = at.unwrap_or_else(|| panic!("{key} does not come next in {text}"));
        rest = &rest[at + key.len()..];
    }
}

fn answer(response: &Value, text: &str, query: &str, name: Option<&str>) {
    let errors = response
        .get("errors")
        .map(|errors| errors.as_array().expect("a list"));
    assert!(errors.is_none_or(|errors| !errors.is_empty()), "{text}");
    for error in errors.into_iter().flatten() {
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "{text}"
        );
        let code = error["extensions"]["code"].as_str();
        assert_ne!(code, Some("INTERNAL"), "{query}: {text}");
        assert!(
            error.get("path").is_some() || code.is_some(),
            "{query}: {text}"
        );
    }
    if let Some(cost) = response["extensions"]["cost"].as_u64() {
        assert!(cost <= graphql::Limits::default().cost, "{text}");
    }
    match response.get("data") {
        None => assert!(errors.is_some(), "{text}"),
        Some(Value::Null) => assert!(errors.is_some(), "{text}"),
        Some(Value::Object(data)) => in_order(data, text, query, name),
        Some(other) => panic!("{other}"),
    }
}

/// The bytes as a body where they begin like one; else a document, after a line `---` its variables.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let body = if text.starts_with(['[', '{']) && serde_json::from_str::<Value>(text).is_ok() {
        text.to_owned()
    } else {
        let (query, variables) = text.split_once("\n---\n").unwrap_or((text, "{}"));
        let variables: Value = serde_json::from_str(variables).unwrap_or(json!({}));
        json!({ "query": query, "variables": variables }).to_string()
    };
    let (status, bytes) = SERVER.with_borrow_mut(|server| {
        server
            .get_or_insert_with(Server::start)
            .post(body.as_bytes())
    });
    let answered = String::from_utf8(bytes).expect("UTF-8");
    assert!(
        [200, 400, 405, 415, 503].contains(&status.as_u16()),
        "{status}: {answered}"
    );
    // A stream ends with an event that says so.
    let Ok(response) = serde_json::from_str::<Value>(&answered) else {
        assert!(answered.contains("event: complete"), "{answered}");
        return;
    };
    let request: Value = serde_json::from_str(&body).expect("JSON");
    match (&response, &request) {
        (Value::Array(responses), Value::Array(requests)) => {
            assert_eq!(responses.len(), requests.len(), "{answered}");
        }
        (_, Value::Object(_)) => answer(
            &response,
            &answered,
            request["query"].as_str().unwrap_or_default(),
            request["operationName"].as_str(),
        ),
        _ => assert!(response.get("errors").is_some(), "{answered}"),
    }
}
