//! Random scripts over a few things, made so that they meet one another often and shrink to something readable.

use proptest::prelude::*;

use super::command::{Act, Command, Edits, Expect, Priority};
use super::effect::Thing;
use super::world::{Kind, World};

/// An account and what is done in it.
#[derive(Clone)]
pub struct Script {
    pub kind: Kind,
    /// Whether the second inbox creates a ticket for every new conversation.
    pub creates_tickets: bool,
    /// Whether the property `colour` is required.
    pub required: bool,
    pub acts: Vec<Act>,
}

impl Script {
    /// The account before the first line.
    pub fn world(&self) -> World {
        World::new(self.kind, self.creates_tickets, self.required)
    }

    /// What every script begins with: four conversations, the first two of one ticket.
    pub fn opening() -> Vec<Act> {
        let receive = |channel, thread, contact| Command::ReceiveMessage {
            channel,
            thread,
            contact,
            key: None,
        };
        let edits = Edits {
            colour: Some(Some(0)),
            ..Edits::default()
        };
        let create = Command::CreateTicket {
            conversation: 0,
            status: None,
            owner: None,
            edits,
            expect: Expect::Any,
            dry: false,
        };
        let link = Command::LinkConversation {
            conversation: 1,
            ticket: 0,
            expect: Expect::Any,
            dry: false,
        };
        [
            receive(0, 0, 0),
            receive(0, 1, 0),
            receive(0, 2, 1),
            receive(1, 0, 2),
            create,
            link,
        ]
        .map(|command| Act { user: 0, command })
        .into()
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "account {:?}, inbox 1 creates tickets: {}, colour required: {}",
            self.kind, self.creates_tickets, self.required
        )?;
        writeln!(f, "(opening: c0 and c1 of t0, c2 and c3)")?;
        for (line, act) in self.acts.iter().enumerate() {
            writeln!(f, "{:>3}. {act:?}", line + 1)?;
        }
        Ok(())
    }
}

/// Scripts of 1 to `longest` commands.
pub fn script(longest: usize) -> impl Strategy<Value = Script> {
    let kind = prop_oneof![Just(Kind::Old), Just(Kind::New)];
    let acts = prop::collection::vec(act(), 1..=longest);
    (kind, any::<bool>(), prop::bool::weighted(0.2), acts).prop_map(
        |(kind, creates_tickets, required, acts)| Script {
            kind,
            creates_tickets,
            required,
            acts,
        },
    )
}

/// One act, mostly of the administrator.
pub fn act() -> impl Strategy<Value = Act> {
    let user = prop_oneof![8 => Just(0usize), 4 => Just(1usize), 1 => Just(2usize)];
    (user, command()).prop_map(|(user, command)| Act { user, command })
}

fn conversation() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![24 => 0usize..4, 6 => 4usize..6, 1 => 97usize..100]
}

fn ticket() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![16 => Just(0usize), 10 => 1usize..3, 1 => 97usize..100]
}

fn owner() -> impl Strategy<Value = Option<usize>> + Clone {
    prop_oneof![6 => Just(None), 24 => (0usize..3).prop_map(Some), 1 => (97usize..100).prop_map(Some)]
}

fn inbox() -> impl Strategy<Value = usize> {
    prop_oneof![30 => 0usize..2, 1 => 97usize..100]
}

fn status() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![30 => 0usize..5, 1 => 97usize..100]
}

fn expect() -> impl Strategy<Value = Expect> + Clone {
    prop_oneof![
        12 => Just(Expect::Any),
        4 => Just(Expect::Current),
        1 => Just(Expect::Ahead),
        2 => (1u8..4).prop_map(Expect::Behind),
    ]
}

fn dry() -> impl Strategy<Value = bool> + Clone {
    prop::bool::weighted(0.12)
}

/// Nothing said, `null`, or one of so many values.
fn edit(values: u8) -> impl Strategy<Value = Option<Option<u8>>> {
    prop_oneof![3 => Just(None), 1 => Just(Some(None)), 3 => (0..values).prop_map(|value| Some(Some(value)))]
}

fn edits() -> impl Strategy<Value = Edits> {
    let name = prop_oneof![3 => Just(None), 1 => (0u8..3).prop_map(Some)];
    let priority = edit(2).prop_map(|edit| {
        edit.map(|p| {
            p.map(|p| {
                if p == 0 {
                    Priority::Low
                } else {
                    Priority::High
                }
            })
        })
    });
    (name, priority, edit(3), edit(3)).prop_map(|(name, priority, colour, size)| Edits {
        name,
        priority,
        colour,
        size,
    })
}

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        conversation().prop_map(Thing::Conversation),
        ticket().prop_map(Thing::Ticket)
    ]
}

/// Boxed: the generator of so many alternatives is too large for a test's stack.
fn command() -> BoxedStrategy<Command> {
    let back = prop_oneof![8 => Just(0usize), 6 => 1usize..5, 2 => 5usize..15, 1 => 97usize..100];
    let links = prop_oneof![
        (
            conversation(),
            prop::option::of(status()),
            prop::option::weighted(0.3, owner()),
            edits(),
            expect(),
            dry()
        )
            .prop_map(|(conversation, status, owner, edits, expect, dry)| {
                Command::CreateTicket {
                    conversation,
                    status,
                    owner: owner.flatten(),
                    edits,
                    expect,
                    dry,
                }
            }),
        (conversation(), ticket(), expect(), dry()).prop_map(
            |(conversation, ticket, expect, dry)| {
                Command::LinkConversation {
                    conversation,
                    ticket,
                    expect,
                    dry,
                }
            }
        ),
    ];
    let statuses = prop_oneof![
        (ticket(), status(), expect(), dry()).prop_map(|(ticket, status, expect, dry)| {
            Command::UpdateTicketStatus {
                ticket,
                status,
                expect,
                dry,
            }
        }),
        (conversation(), any::<bool>(), expect(), dry()).prop_map(
            |(conversation, close, expect, dry)| {
                Command::UpdateConversationStatus {
                    conversation,
                    close,
                    expect,
                    dry,
                }
            }
        ),
    ];
    let owners = prop_oneof![
        (ticket(), owner(), expect(), dry()).prop_map(|(ticket, owner, expect, dry)| {
            Command::UpdateTicketOwner {
                ticket,
                owner,
                expect,
                dry,
            }
        }),
        (conversation(), owner(), expect(), dry()).prop_map(
            |(conversation, owner, expect, dry)| {
                Command::UpdateConversationOwner {
                    conversation,
                    owner,
                    expect,
                    dry,
                }
            }
        ),
        (conversation(), dry())
            .prop_map(|(conversation, dry)| Command::ClaimConversation { conversation, dry }),
    ];
    let others = prop_oneof![
        (ticket(), edits(), expect(), dry()).prop_map(|(ticket, edits, expect, dry)| {
            Command::UpdateTicketProperties {
                ticket,
                edits,
                expect,
                dry,
            }
        }),
        (conversation(), inbox(), expect(), dry()).prop_map(
            |(conversation, inbox, expect, dry)| {
                Command::MoveConversation {
                    conversation,
                    inbox,
                    expect,
                    dry,
                }
            }
        ),
    ];
    let trash = prop_oneof![
        1 => (conversation(), expect(), dry())
            .prop_map(|(conversation, expect, dry)| Command::TrashConversation { conversation, expect, dry }),
        1 => (ticket(), expect(), dry()).prop_map(|(ticket, expect, dry)| Command::TrashTicket { ticket, expect, dry }),
        2 => (thing(), dry()).prop_map(|(thing, dry)| Command::RestoreFromTrash { thing, dry }),
    ];
    let undo = (back, dry()).prop_map(|(back, dry)| Command::UndoCascade { back, dry });
    let messages = prop_oneof![
        1 => conversation().prop_map(|conversation| Command::SendReply { conversation }),
        1 => conversation().prop_map(|conversation| Command::AddNote { conversation }),
        3 => (inbox(), 0u8..4, 0usize..3, prop::option::weighted(0.3, 0u8..3)).prop_map(
            |(channel, thread, contact, key)| Command::ReceiveMessage { channel, thread, contact, key }
        ),
    ];
    let users =
        (1usize..3, any::<bool>()).prop_map(|(user, active)| Command::UpdateUser { user, active });
    prop_oneof![4 => statuses, 3 => links, 4 => owners, 4 => others, 4 => trash, 4 => undo, 4 => messages, 1 => users]
    .boxed()
}
