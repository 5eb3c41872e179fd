//! GraphQL over HTTP: one request in, one response or one event stream out.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request as GraphQlRequest, Response as GraphQlResponse, ServerError};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::{
    auth,
    backend::{AuthError, Backend, LastEventId, RequestId},
    client::Client,
    events,
    lifecycle::Transport,
    negotiate::{self, Accepted, MediaType},
    operation::{Kind, Operation},
    params::{self, Body},
    problem::{Problem, code, server_error},
    rate::{Asker, Standing},
    reply, request_id,
    run::{Context, Panicked},
    stranger::{self, Answered},
    ws,
};

/// How long the body of who is turned away is waited for.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Everything at `/graphql`.
pub(crate) async fn graphql<B: Backend>(
    State(context): State<Arc<Context<B>>>,
    request: Request,
) -> Response {
    let id = request_id::of(&request);
    let client = Client::of(&request, &context.limits.trusted_proxies);
    let by_address = client
        .address
        .map(|address| context.per_address.address(address));
    let standing = by_address.and_then(|asker| context.per_address.ask(asker, 1));
    if let Some(standing) = standing
        && let Some(problem) = standing.problem()
    {
        let mut response = problem.respond(MediaType::AnyJson);
        standing.tell(response.headers_mut());
        return response;
    }
    if ws::is_upgrade(request.headers()) {
        return ws::upgrade(context, request, id, by_address).await;
    }
    let accepted = match Accepted::of(request.headers()) {
        Ok(accepted) => accepted,
        Err(problem) => return problem.respond(MediaType::AnyJson),
    };
    let mut standing = None;
    let answer = Box::pin(answer(
        context,
        request,
        client,
        id,
        accepted,
        &mut standing,
    ));
    let mut response = match answer.await {
        Ok(response) => response,
        Err(problem) => problem.respond(accepted.for_problem()),
    };
    if let Some(standing) = standing {
        standing.tell(response.headers_mut());
    }
    response
}

async fn answer<B: Backend>(
    context: Arc<Context<B>>,
    request: Request,
    client: Client,
    id: RequestId,
    accepted: Accepted,
    standing: &mut Option<Standing>,
) -> Result<Response, Problem> {
    let get = match *request.method() {
        Method::GET => true,
        Method::POST => false,
        _ => {
            return Err(Problem::method_not_allowed(
                "GET, POST",
                "GraphQL is served over POST, and queries over GET.",
            ));
        }
    };
    // Streams stand for long and take no place.
    if !accepted.takes_events()
        && let Err(problem) = context.at_the_door()
    {
        read_out(request).await;
        return Err(problem);
    }
    let token = auth::token_in_headers(request.headers());
    let viewer = match auth::authenticate(&context.backend, &context.limits, token).await {
        Ok(viewer) => viewer,
        Err(refused @ (AuthError::Missing | AuthError::Wrong)) if !get => {
            return match stranger::read(&context, request).await {
                Some(Answered::Run(viewer, operation)) => {
                    let exchange = Exchange {
                        context,
                        viewer,
                        id,
                        accepted,
                        last_event_id: None,
                    };
                    exchange.run(operation.with(client)).await
                }
                Some(Answered::Unknown(error)) => Ok(refuse(accepted, error)),
                None => Err(Problem::unauthenticated(refused)),
            };
        }
        Err(error) => return Err(Problem::unauthenticated(error)),
    };
    let asker = context.asker(token, &viewer);
    context.ask(asker, 1, standing)?;
    let last_event_id = last_event_id(request.headers());
    let exchange = Exchange {
        context,
        viewer,
        id,
        accepted,
        last_event_id,
    };
    if get {
        let request = params::from_url(request.uri()).map_err(Problem::bad_request)?;
        return exchange.get(request).await;
    }
    let body = exchange.body(request).await?;
    match params::from_body(&body, exchange.context.limits.batch).map_err(Problem::bad_request)? {
        Body::One(request) => exchange.post(request.data(client)).await,
        Body::Batch(requests) => {
            // The first is counted already.
            let context = &exchange.context;
            context.ask(asker, requests.len().saturating_sub(1), standing)?;
            let requests = requests.into_iter();
            let requests = requests.map(|request| request.data(client.clone()));
            exchange.batch(requests.collect()).await
        }
    }
}

/// Takes a body that nobody looks at: a connection with something unread cannot be used again. One that does not come
/// at once is not waited for.
async fn read_out(request: Request) {
    let _ = tokio::time::timeout(AT_ONCE, Bytes::from_request(request, &())).await;
}

impl<B: Backend> Context<B> {
    /// Who is counted: the token, or the viewer where none was sent.
    pub(crate) fn asker(&self, token: Option<&str>, viewer: &B::Viewer) -> Asker {
        match token {
            Some(token) => self.per_token.token(token),
            None => self.per_token.token(&self.backend.user(viewer).to_string()),
        }
    }

    fn ask(
        &self,
        asker: Asker,
        count: usize,
        standing: &mut Option<Standing>,
    ) -> Result<(), Problem> {
        *standing = self.per_token.ask(asker, count);
        match standing.as_ref().and_then(Standing::problem) {
            Some(problem) => Err(problem),
            None => Ok(()),
        }
    }
}

/// One authenticated request.
struct Exchange<B: Backend> {
    context: Arc<Context<B>>,
    viewer: B::Viewer,
    id: RequestId,
    accepted: Accepted,
    last_event_id: Option<LastEventId>,
}

impl<B: Backend> Exchange<B> {
    async fn body(&self, request: Request) -> Result<Bytes, Problem> {
        negotiate::require_json(request.headers())?;
        let limits = &self.context.limits;
        let arrived = tokio::time::timeout(limits.body_timeout, Bytes::from_request(request, &()));
        match arrived.await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                code::PAYLOAD_TOO_LARGE,
                format!("The body is larger than {} bytes.", limits.body_bytes),
            )),
            Ok(Err(_)) => Err(Problem::bad_request("The body did not arrive whole.")),
            Err(_elapsed) => Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                code::REQUEST_TIMEOUT,
                "The body did not arrive in time.",
            )),
        }
    }

    async fn get(self, request: GraphQlRequest) -> Result<Response, Problem> {
        let operation = Operation::prepare(request, &self.context.reading);
        let events = self.accepted.takes_events();
        match operation {
            Ok(operation) => match operation.kind {
                Kind::Query => self.run(operation).await,
                Kind::Subscription if events => self.run(operation).await,
                _ => Err(Problem::method_not_allowed(
                    "POST",
                    "Over GET there are only queries, and subscriptions as text/event-stream.",
                )),
            },
            Err(error) => Ok(refuse(self.accepted, error)),
        }
    }

    async fn post(self, request: GraphQlRequest) -> Result<Response, Problem> {
        match Operation::prepare(request, &self.context.reading) {
            Ok(operation) => self.run(operation).await,
            Err(error) => Ok(refuse(self.accepted, error)),
        }
    }

    async fn run(self, operation: Operation) -> Result<Response, Problem> {
        let media = match (operation.kind, self.accepted.for_result()) {
            (Kind::Subscription, _) if self.accepted.takes_events() => None,
            (Kind::Subscription, _) => {
                return Err(Problem::bad_request(
                    "A subscription is a stream: ask for `Accept: text/event-stream`, or use graphql-transport-ws.",
                ));
            }
            (_, media) => media,
        };
        let Some(media) = media else {
            return self.stream(operation);
        };
        let done = self
            .context
            .execute(self.viewer, operation, Transport::Http, &self.id, None);
        match done.await {
            Ok(response) => Ok(respond(response, media)),
            Err(Panicked) => Err(Problem::internal(&self.id)),
        }
    }

    fn stream(self, mut operation: Operation) -> Result<Response, Problem> {
        let user = self.context.backend.user(&self.viewer);
        let limit = self.context.limits.streams_per_user;
        let slot = self.context.slots.take(user, limit).ok_or_else(|| {
            Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                code::TOO_MANY_STREAMS,
                format!("This user has {limit} streams open already."),
            )
        })?;
        if let Some(last) = self.last_event_id {
            operation.request = operation.request.data(last);
        }
        Ok(events::stream(
            &self.context,
            self.viewer,
            operation,
            &self.id,
            slot,
        ))
    }

    async fn batch(self, requests: Vec<GraphQlRequest>) -> Result<Response, Problem> {
        let Some(media) = self.accepted.for_result() else {
            return Err(Problem::bad_request(
                "A batch cannot be answered as an event stream.",
            ));
        };
        let reading = &self.context.reading;
        let batch = requests
            .into_iter()
            .map(|request| match Operation::prepare(request, reading) {
                Ok(operation) if operation.kind == Kind::Subscription => Err(server_error(
                    code::BAD_REQUEST,
                    "A subscription cannot be part of a batch.",
                )),
                other => other,
            })
            .collect();
        match self
            .context
            .execute_batch(self.viewer, batch, &self.id)
            .await
        {
            Ok(responses) => Ok(reply::json(
                StatusCode::OK,
                media,
                reply::encode_batch(&responses),
            )),
            Err(Panicked) => Err(Problem::internal(&self.id)),
        }
    }
}

/// A document that cannot be run. In a stream it is told as its only event, since a browser's `EventSource` sees no
/// body of an error (GraphQL over SSE, "Distinct connections mode").
fn refuse(accepted: Accepted, error: ServerError) -> Response {
    let response = GraphQlResponse::from_errors(vec![error]);
    match accepted.for_result() {
        Some(media) => respond(response, media),
        None => events::refused(&response),
    }
}

fn respond(mut answer: GraphQlResponse, media: MediaType) -> Response {
    let status = match reply::refusal(&answer) {
        None => StatusCode::OK,
        Some(code::UNAVAILABLE) => StatusCode::SERVICE_UNAVAILABLE,
        Some(code::TIMEOUT) => StatusCode::GATEWAY_TIMEOUT,
        Some(_) => media.request_error(),
    };
    let headers = std::mem::take(&mut answer.http_headers);
    let mut response = reply::json(status, media, reply::encode(&answer));
    response.headers_mut().extend(headers);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let soon = HeaderValue::from_static("1");
        response.headers_mut().insert(header::RETRY_AFTER, soon);
    }
    response
}

/// A cursor is short and printable; anything else was never an id of an event of ours.
fn last_event_id(headers: &HeaderMap) -> Option<LastEventId> {
    let name = header::HeaderName::from_static("last-event-id");
    let id = headers.get(name)?.to_str().ok()?;
    (!id.is_empty() && id.len() <= 256).then(|| LastEventId(id.into()))
}
