//! From a cascade to what its subscribers get.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::Request;
use async_graphql::parser::parse_query;
use tandem::domain::access::{Limits, Seen};
use tandem::domain::cascade::{Command, Linked, plan};
use tandem::domain::event::{Body, CascadeFilter, Entry, Position};
use tandem::domain::filter::{Condition, ConversationFilter, ConversationLeaf, Order};
use tandem::domain::image::Conversation;
use tandem::domain::live::{Change, Entered, Filled, Frame, List, Spec, Watch};
use tandem::domain::noun::ConversationStatus;
use tandem::graphql::{Prepared, RequestState, execute_frame};

use super::desk::{Desk, encoded};
use super::made::{agent, at, conversation, entry, id, linked};
use super::path::{Path, Work, work};

/// What `benches/live` subscribes to as well.
const EFFECTS: &str = "subscription { cascades { id cursor command occurredAt \
    effects { __typename index rule subjectId } } }";
const THINGS: &str = "subscription { cascades { cursor tickets { id name version closedAt } \
    conversations { id status version closedAt lastActivityAt } } }";
const VIEW: &str = "subscription { conversationView(first: 50) { __typename \
    ... on ConversationViewChange { left totalCount cursor entered { index node { id } } \
    updated { index node { id subject status version lastActivityAt } } } } }";

/// All of them.
pub const PATHS: [Path; 6] = [
    Path::new("frame: the effects of a ticket closed", || {
        frame(EFFECTS, entry(1))
    }),
    Path::new("frame: 50 conversations as they were closed", || {
        frame(THINGS, entry(50))
    }),
    Path::new("frame: a row of a live list", || {
        let changed = Change {
            left: Vec::new(),
            entered: Vec::new(),
            updated: vec![Entered {
                index: 7,
                node: Arc::new(conversation(7)),
            }],
            total: 700,
            at: Position(815),
            entry: Some(entry(1)),
        };
        let pushed = Arc::new(Frame::Change(changed));
        executing(VIEW, entry(1), move |request| {
            request.data(Arc::clone(&pushed))
        })
    }),
    Path::new("frame: whether 50 filters want it", || {
        let filter = |number| CascadeFilter {
            inbox: Some(id(number)),
            contact: Some(id(number)),
            ..CascadeFilter::default()
        };
        let filters: Vec<_> = (0..50).map(filter).collect();
        work((filters, entry(50)), |(filters, entry)| {
            filters.iter().filter(|one| one.matches(entry)).count()
        })
    }),
    Path::new(
        "frame: what of 50 conversations somebody limited sees",
        || {
            let limits = Limits::to([id(1)]);
            work(
                (limits, linked(50), entry(50)),
                |(limits, linked, entry)| {
                    let seen = Seen::of_linked(limits, linked).shown(entry);
                    seen.expect("something of it")
                },
            )
        },
    ),
    Path::new(
        "frame: a live list of 50 loses a row and gets it back",
        live_list,
    ),
];

fn frame(document: &'static str, entry: Arc<Entry>) -> Work {
    let pushed = Arc::clone(&entry);
    executing(document, entry, move |request| {
        request.data(Arc::clone(&pushed))
    })
}

/// Executes a subscription for one entry, and writes the frame.
fn executing(
    document: &'static str,
    entry: Arc<Entry>,
    with: impl Fn(Request) -> Request + 'static,
) -> Work {
    let prepared = Prepared::new(parse_query(document).expect("a document"), None);
    let made = (Desk::shared(), prepared, entry);
    work(made, move |(desk, prepared, entry)| {
        let state = RequestState::live(desk.store.clone(), agent(), Arc::clone(entry));
        let frame = execute_frame(
            &desk.schema_for_valid,
            prepared,
            with(Request::new("")),
            state,
        );
        encoded(&desk.runtime.block_on(frame).expect("a frame"))
    })
}

/// A conversation of the list is closed and reopened, and the list's subscribers are told of both.
fn live_list() -> Work {
    let open = Condition::Is(ConversationLeaf::Status(ConversationStatus::Open));
    let spec = Spec {
        filter: ConversationFilter {
            in_trash: false,
            condition: open,
        },
        order: Order::default(),
        first: 50,
        watch: Watch::default(),
    };
    let mut list = List::new(spec, 25, Position(1));
    list.fill(Filled {
        rows: (0..75).rev().map(conversation).map(Arc::new).collect(),
        more: true,
        total: Some(500),
        seen: BTreeSet::new(),
    });
    let first = list.page().expect("a page");
    assert!(list.show(&first).is_none() && first.nodes.len() == 50);
    let closing = changing(conversation(60), ConversationStatus::Closed, 2);
    let closed = closing.body.conversations[0].clone();
    let reopening = changing(closed, ConversationStatus::Open, 3);
    let kinds = HashMap::new();
    Box::new(move || {
        for (entry, total) in [(&closing, 499), (&reopening, 500)] {
            list.apply(entry, &kinds);
            let page = list.page().expect("a page");
            let change = list.show(&page).expect("a change");
            assert_eq!(std::hint::black_box(change).total, total);
        }
    })
}

/// The entry of a conversation's change of status.
fn changing(conversation: Conversation, to: ConversationStatus, position: i64) -> Arc<Entry> {
    let command = Command::UpdateConversationStatus(conversation.id, to);
    let before = Linked {
        ticket: None,
        conversations: vec![conversation],
        ..linked(0)
    };
    let planned = plan(&before, &command, None, at(20_000)).expect("a plan");
    Arc::new(Entry {
        position: Some(Position(position)),
        command: command.name().to_owned(),
        body: Body::of(&before, &planned.after, planned.effects),
        ..Entry::clone(&entry(1))
    })
}
