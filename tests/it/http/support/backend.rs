//! A backend whose operations can be held, counted and withdrawn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use async_graphql::{Context, Object, Request, Response, Schema, Subscription};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use tandem::http::{AuthError, Backend, Cursor, Frame, LastEventId, RequestId};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

/// The token that is good.
pub const TOKEN: &str = "good";

type TestSchema = Schema<Query, Mutation, Updates>;

/// What tests see and hold of the backend.
pub struct Inner {
    schema: TestSchema,
    /// Queries and mutations that have begun, and those that came to their end.
    pub begun: AtomicUsize,
    pub done: AtomicUsize,
    /// Streams and queries that are alive.
    pub alive: AtomicUsize,
    /// `held` operations go on when it has permits.
    pub gate: Semaphore,
    pub withdrawn: watch::Sender<bool>,
    pub ready: AtomicBool,
}

#[derive(Clone)]
pub struct Desk(pub Arc<Inner>);

impl std::ops::Deref for Desk {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Inner {
            schema: Schema::build(Query, Mutation, Updates).finish(),
            begun: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            alive: AtomicUsize::new(0),
            gate: Semaphore::new(0),
            withdrawn: watch::Sender::new(false),
            ready: AtomicBool::new(true),
        }))
    }
}

/// Counts one more as alive until dropped.
struct Alive(Desk);

impl Alive {
    fn new(desk: &Desk) -> Self {
        desk.alive.fetch_add(1, SeqCst);
        Self(desk.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, SeqCst);
    }
}

impl Backend for Desk {
    type Viewer = &'static str;

    async fn authenticate(&self, token: Option<&str>) -> Result<&'static str, AuthError> {
        match token {
            Some(TOKEN) => Ok("ann"),
            Some("bob") => Ok("bob"),
            Some("down") => Err(AuthError::Unavailable),
            Some("hangs") => std::future::pending().await,
            Some(_) => Err(AuthError::Wrong),
            None => Err(AuthError::Missing),
        }
    }

    fn user(&self, viewer: &&'static str) -> Uuid {
        Uuid::from_u128(viewer.len() as u128 + u128::from(viewer.as_bytes()[0]))
    }

    fn withdrawn(&self, _viewer: &&'static str) -> impl Future<Output = ()> + Send + 'static {
        let mut withdrawn = self.withdrawn.subscribe();
        async move {
            let _ = withdrawn.wait_for(|withdrawn| *withdrawn).await;
        }
    }

    async fn execute(&self, viewer: &'static str, request: Request) -> Response {
        let _alive = Alive::new(self);
        self.begun.fetch_add(1, SeqCst);
        let request = request.data(viewer).data(self.clone());
        let response = self.schema.execute(request).await;
        self.done.fetch_add(1, SeqCst);
        response
    }

    fn subscribe(&self, viewer: &'static str, request: Request) -> BoxStream<'static, Frame> {
        let alive = Alive::new(self);
        let request = request.data(viewer).data(self.clone());
        self.schema
            .execute_stream(request)
            .enumerate()
            .map(move |(index, response)| {
                let _held = &alive;
                if response.data == async_graphql::Value::Null
                    && response.errors.iter().all(|error| error.path.is_empty())
                {
                    return Frame::Error(response.errors);
                }
                Frame::Next {
                    payload: Bytes::from(serde_json::to_vec(&response).unwrap()),
                    cursor: Some(Cursor::new(index as i64, |index| format!("c{index}"))),
                }
            })
            .boxed()
    }

    async fn ready(&self) -> Result<(), String> {
        match self.ready.load(SeqCst) {
            true => Ok(()),
            false => Err("the database is away".into()),
        }
    }
}

async fn held(ctx: &Context<'_>) {
    let desk = ctx.data_unchecked::<Desk>();
    desk.gate.acquire().await.unwrap().forget();
}

pub struct Query;

#[Object]
impl Query {
    async fn viewer(&self, ctx: &Context<'_>) -> &str {
        ctx.data_unchecked::<&'static str>()
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn request_id(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<RequestId>().to_string()
    }

    async fn long(&self, length: usize) -> String {
        "long ".repeat(length / 5)
    }

    #[allow(
        clippy::unused_async,
        reason = "the macro takes no resolver that is not async"
    )]
    async fn broken(&self) -> async_graphql::Result<i32> {
        Err("broke".into())
    }

    async fn partly(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err("broke".into()))
    }

    async fn panics(&self, #[graphql(default)] zero: i32) -> i32 {
        assert_ne!(zero, 0, "the secret cause");
        zero
    }

    async fn held(&self, ctx: &Context<'_>) -> i32 {
        held(ctx).await;
        1
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn act(&self) -> i32 {
        1
    }

    async fn held(&self, ctx: &Context<'_>) -> i32 {
        held(ctx).await;
        2
    }
}

pub struct Updates;

#[Subscription]
impl Updates {
    /// 0 up to `to`, at once.
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(0..to)
    }

    /// Without end and without pause.
    async fn flood(&self, length: usize) -> impl Stream<Item = String> {
        stream::repeat("x".repeat(length))
    }

    /// Without end, a little each time.
    async fn ticks(&self, millis: u64) -> impl Stream<Item = i32> {
        stream::unfold(0, move |n| async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Some((n, n + 1))
        })
    }

    /// Nothing, ever.
    async fn silent(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    /// One good, one failed.
    async fn partly(&self) -> impl Stream<Item = async_graphql::Result<i32>> {
        stream::iter([Ok(1), Err("broke".into())])
    }

    async fn panics(&self) -> impl Stream<Item = i32> {
        stream::iter([0]).inspect(|zero| assert_ne!(*zero, 0, "the secret cause"))
    }

    async fn resumed(&self, ctx: &Context<'_>) -> impl Stream<Item = String> {
        let last = ctx.data_opt::<LastEventId>().map(|id| id.0.to_string());
        stream::iter([last.unwrap_or_default()])
    }
}
