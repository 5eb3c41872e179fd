//! The schema, and requests that need no database: what they read is there already.

use std::rc::Rc;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response, Variables};
use serde_json::{Value, json};
use tandem::domain::event::Position;
use tandem::domain::filter::{Condition, ConversationFilter, ConversationLeaf, Order};
use tandem::domain::id::{InboxId, UserId};
use tandem::domain::image::Actor;
use tandem::domain::noun::{ConversationStatus, MessageKind, Role, StatusCategory};
use tandem::graphql::{Limits, Prepared, RequestState, Schema, execute, schema, schema_for_valid};
use tandem::store::Store;
use tandem::store::read::conversation::{List, Listed, Parent};
use tandem::store::read::joins::{ConversationJoins, TicketJoins, WithConversation, WithTicket};
use tandem::store::read::page::{Page, Rows};
use tandem::store::read::{desk, message, user};
use tokio::runtime::Runtime;

use super::made;

/// The page of an inbox that `benches/screens` measures too.
pub const INBOX: &str = include_str!("../screens/inbox.graphql");
/// Rows of a page.
const PAGE: u16 = 50;

/// What requests are executed with.
pub struct Desk {
    /// The schema.
    pub schema: Schema,
    /// The one for documents that were validated before.
    pub schema_for_valid: Schema,
    /// A store that nothing must be asked of: there is no database behind it.
    pub store: Store,
    /// Runs what is asynchronous, on the thread that asks: one after the other, so always the same.
    pub runtime: Runtime,
    /// [`INBOX`], read once, as the transports keep it.
    document: ExecutableDocument,
    /// The same, as whoever executes it keeps it.
    prepared: Arc<Prepared>,
}

thread_local! {
    /// Making the schema takes longer than all paths together.
    static DESK: Rc<Desk> = Rc::new(Desk::new());
}

impl Desk {
    /// The one desk that all paths use.
    pub fn shared() -> Rc<Self> {
        DESK.with(Rc::clone)
    }

    /// With the limits that there are by default.
    fn new() -> Self {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let document = parse_query(INBOX).expect("a document");
        Self {
            schema: schema(Limits::default()).finish(),
            schema_for_valid: schema_for_valid(Limits::default()).finish(),
            store: Store::new("postgres://127.0.0.1:1/none", &Default::default()).expect("a pool"),
            runtime: runtime.enable_all().build().expect("a runtime"),
            prepared: Arc::new(Prepared::new(document.clone(), None)),
            document,
        }
    }

    /// A request for the inbox' page.
    pub fn asking(&self) -> Request {
        let mut request = Request::new(INBOX).variables(Variables::from_json(variables()));
        request.set_parsed_query(self.document.clone());
        request
    }

    /// The inbox' page, from rows that were read.
    pub fn inbox_page(&self, rows: &Arc<Rows<Listed>>) -> Response {
        let state = self.state();
        know_inbox(&state, rows);
        let prepared = Some(Arc::clone(&self.prepared));
        let done = execute(&self.schema_for_valid, self.asking(), prepared, state);
        self.runtime.block_on(done).response
    }

    /// The state of a request of the agent's.
    pub fn state(&self) -> RequestState {
        RequestState::new(self.store.clone(), made::agent(), Position(815))
    }
}

/// Which inbox.
pub fn variables() -> Value {
    json!({ "inbox": inbox().to_string() })
}

fn inbox() -> InboxId {
    made::id(1)
}

/// Lets the request know the inbox and the page, so that it need not read them.
fn know_inbox(state: &RequestState, rows: &Arc<Rows<Listed>>) {
    let reader = state.reader();
    let loaders = reader.loaders();
    let inbox = desk::Inbox {
        id: inbox(),
        name: "Support".to_owned(),
        creates_tickets: true,
    };
    let status = ConversationLeaf::Status(ConversationStatus::Open);
    let list = List {
        filter: Some(Arc::new(ConversationFilter {
            in_trash: false,
            condition: Condition::Is(status),
        })),
        order: Order::default(),
    };
    let page = Page {
        size: PAGE,
        backward: false,
        after: None,
        before: None,
    };
    let joins = ConversationJoins {
        contact: true,
        last_message: true,
        ticket: Some(TicketJoins::NONE),
        ..ConversationJoins::NONE
    };
    let key = (Parent::Inbox(inbox.id.0), list, page, joins);
    loaders.inboxes.feed([(inbox.id, Arc::new(inbox))]);
    loaders.conversation_pages.feed([(key, Arc::clone(rows))]);
    // As if kept from an earlier response.
    for row in &rows.rows {
        let ticket = row.with.ticket.as_ref().map(|(ticket, _)| ticket);
        let owners = [row.conversation.owner, ticket.and_then(|of| of.owner)];
        let people = owners.into_iter().flatten().map(|id| (id, person(id)));
        loaders.users.feed(people);
        let statuses = ticket.map(|ticket| (ticket.status.id, status_of(ticket)));
        loaders.statuses.feed(statuses);
    }
}

fn person(id: UserId) -> Arc<user::User> {
    Arc::new(user::User {
        id,
        name: "Anna Lindqvist".to_owned(),
        email: "anna@example.com".to_owned(),
        role: Role::Agent,
        active: true,
        external_id: None,
    })
}

fn status_of(ticket: &tandem::domain::image::Ticket) -> Arc<desk::Status> {
    Arc::new(desk::Status {
        id: ticket.status.id,
        pipeline: ticket.status.pipeline,
        name: "Waiting for us".to_owned(),
        category: StatusCategory::Open,
        position: 1,
    })
}

/// The rows of the page; every other conversation has a ticket.
pub fn rows() -> Arc<Rows<Listed>> {
    Arc::new(Rows {
        rows: (0..u32::from(PAGE)).map(row).collect(),
        more_before: false,
        more_after: true,
    })
}

fn row(number: u32) -> Listed {
    let ticket = number.is_multiple_of(2).then(|| made::ticket(number));
    let mut conversation = made::conversation(number);
    conversation.ticket = ticket.as_ref().map(|ticket| ticket.id);
    let contact = user::Contact {
        id: conversation.contact,
        name: Some(format!("Customer no. {number}")),
        email: Some(format!("customer-{number}@example.org")),
        phone: None,
        created_at: made::at(0),
    };
    let message = message::Message {
        id: made::id(number),
        conversation: conversation.id,
        kind: MessageKind::Incoming,
        author: Actor::Contact(contact.id),
        text: "Hello,\nI still wait for my parcel. \"Tomorrow\", it said three days ago. "
            .repeat(4),
        created_at: made::at(number),
    };
    let ticket = ticket.map(|ticket| (Arc::new(ticket), WithTicket::default()));
    Listed {
        with: WithConversation {
            contact: Some(Arc::new(contact)),
            last_message: Some(Arc::new(message)),
            ticket,
            ..WithConversation::default()
        },
        conversation: Arc::new(conversation),
    }
}

/// The response as the transports send it; it must be a good one, as the paths are to measure what they say.
pub fn encoded(response: &Response) -> Vec<u8> {
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    serde_json::to_vec(response).expect("JSON")
}
