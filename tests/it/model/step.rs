//! One command on the world: the checks in the contract's order, then what the command does, recorded as it is done.

use std::sync::Arc;

use super::command::{Act, Command, Expect};
use super::effect::{Change, Code, Conflict, Effect, Outcome, Recorded, Rule, Thing};
use super::world::{Actor, Cascade, Role, State, Tick, World};

/// Why a command writes nothing.
pub enum Stop {
    Unchanged,
    Rejected(Vec<Code>),
    NothingTakenBack(Vec<Conflict>),
    Done,
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Rejected(vec![code])
    }
}

pub type Step<T = ()> = Result<T, Stop>;

impl World {
    /// Does what the act says, or says why not. Only an applied command changes anything.
    pub fn step(&mut self, act: &Act) -> Outcome {
        if !self.users[act.user].active {
            return Outcome::Unauthenticated;
        }
        let mut after = self.clone();
        match after.run(act) {
            Err(Stop::Unchanged) => Outcome::Unchanged,
            Err(Stop::Rejected(codes)) => Outcome::Rejected(codes),
            Err(Stop::NothingTakenBack(left)) => Outcome::NothingTakenBack(left),
            Err(Stop::Done) => {
                *self = after;
                Outcome::Done
            }
            Ok(left) => {
                let effects = after
                    .effects
                    .iter()
                    .map(|recorded| recorded.effect.clone())
                    .collect();
                if act.command.dry() {
                    return Outcome::Previewed { effects, left };
                }
                after.commit(act);
                *self = after;
                Outcome::Applied { effects, left }
            }
        }
    }

    fn run(&mut self, act: &Act) -> Step<Vec<Conflict>> {
        if !self.finds(&act.command) {
            return Err(Code::NotFound.into());
        }
        if !self.allows(act.user, &act.command) {
            return Err(Code::Forbidden.into());
        }
        match act.command.clone() {
            Command::CreateTicket {
                conversation,
                status,
                owner,
                edits,
                expect,
                ..
            } => {
                self.create_ticket(conversation, status, owner, &edits, expect)?;
            }
            Command::LinkConversation {
                conversation,
                ticket,
                expect,
                ..
            } => {
                self.link_conversation(conversation, ticket, expect)?;
            }
            Command::UpdateTicketStatus {
                ticket,
                status,
                expect,
                ..
            } => {
                self.update_ticket_status(ticket, status, expect)?;
            }
            Command::UpdateTicketProperties {
                ticket,
                edits,
                expect,
                ..
            } => {
                self.update_ticket_properties(ticket, &edits, expect)?;
            }
            Command::UpdateTicketOwner {
                ticket,
                owner,
                expect,
                ..
            } => {
                self.update_ticket_owner(ticket, owner, expect)?;
            }
            Command::UpdateConversationStatus {
                conversation,
                close,
                expect,
                ..
            } => {
                let status = if close { State::Closed } else { State::Open };
                self.update_conversation_status(conversation, status, expect)?;
            }
            Command::UpdateConversationOwner {
                conversation,
                owner,
                expect,
                ..
            } => {
                self.update_conversation_owner(conversation, owner, expect)?;
            }
            Command::ClaimConversation { conversation, .. } => {
                self.claim_conversation(conversation, act.user)?
            }
            Command::MoveConversation {
                conversation,
                inbox,
                expect,
                ..
            } => {
                self.move_conversation(conversation, inbox, expect)?;
            }
            Command::TrashConversation {
                conversation,
                expect,
                ..
            } => {
                self.trash(Thing::Conversation(conversation), expect)?;
            }
            Command::TrashTicket { ticket, expect, .. } => {
                self.trash(Thing::Ticket(ticket), expect)?
            }
            Command::RestoreFromTrash { thing, .. } => self.restore(thing)?,
            Command::UndoCascade { back, .. } => return self.undo(self.log.len() - 1 - back),
            Command::SendReply { conversation } => self.send_reply(conversation, act.user)?,
            Command::AddNote { conversation } => self.add_note(conversation)?,
            Command::ReceiveMessage {
                channel,
                thread,
                contact,
                key,
            } => {
                self.receive_message(channel, thread, contact, key)?;
            }
            Command::UpdateUser { user, active } => {
                self.users[user].active = active;
                return Err(Stop::Done);
            }
        }
        Ok(Vec::new())
    }

    /// Whether every id that the command names finds something.
    fn finds(&self, command: &Command) -> bool {
        let user = |user: &Option<usize>| user.is_none_or(|user| user < self.users.len());
        let thing = match *command {
            Command::SendReply { conversation }
            | Command::AddNote { conversation }
            | Command::ClaimConversation { conversation, .. } => {
                Some(Thing::Conversation(conversation))
            }
            Command::RestoreFromTrash { thing, .. } => Some(thing),
            _ => command.expects().map(|(thing, _)| thing),
        };
        thing.is_none_or(|thing| self.exists(thing))
            && match command {
                Command::CreateTicket { status, owner, .. } => {
                    user(owner) && status.is_none_or(|status| status < self.statuses.len())
                }
                Command::LinkConversation { ticket, .. } => self.exists(Thing::Ticket(*ticket)),
                Command::UpdateTicketStatus { status, .. } => *status < self.statuses.len(),
                Command::UpdateTicketOwner { owner, .. }
                | Command::UpdateConversationOwner { owner, .. } => user(owner),
                Command::MoveConversation { inbox, .. } => *inbox < self.inboxes.len(),
                Command::UndoCascade { back, .. } => *back < self.log.len(),
                Command::ReceiveMessage { channel, .. } => *channel < self.inboxes.len(),
                _ => true,
            }
    }

    /// A viewer changes nothing; what channels and administrators do is theirs.
    fn allows(&self, user: usize, command: &Command) -> bool {
        match self.users[user].role {
            Role::Admin => true,
            Role::Agent => !matches!(
                command,
                Command::ReceiveMessage { .. } | Command::UpdateUser { .. }
            ),
            Role::Viewer => false,
        }
    }

    /// Refuses what would change anything in the trash (rule 21).
    pub(super) fn outside_trash(&self, things: &[Thing]) -> Step {
        if things.iter().any(|&thing| self.trashed(thing).is_some()) {
            return Err(Code::InTrash.into());
        }
        Ok(())
    }

    /// What the script expects as a number.
    pub fn expected(&self, thing: Thing, expect: Expect) -> Option<i32> {
        let present = if self.exists(thing) {
            self.version(thing)
        } else {
            1
        };
        match expect {
            Expect::Any => None,
            Expect::Current => Some(present),
            Expect::Behind(by) => Some((present - i32::from(by)).max(1)),
            Expect::Ahead => Some(present + 1),
        }
    }

    pub(super) fn same_version(&self, thing: Thing, expect: Expect) -> Step {
        match self.expected(thing, expect) {
            Some(expected) if expected != self.version(thing) => Err(Code::VersionConflict.into()),
            _ => Ok(()),
        }
    }

    pub(super) fn active_user(&self, user: Option<usize>) -> Step {
        if user.is_some_and(|user| !self.users[user].active) {
            return Err(Code::InactiveUser.into());
        }
        Ok(())
    }

    /// The moment of the running command.
    pub(super) fn now(&self) -> Tick {
        self.log.len()
    }

    /// Notes an effect and says where.
    pub(super) fn record(
        &mut self,
        subject: Thing,
        change: Change,
        rule: Rule,
        by: Option<usize>,
    ) -> usize {
        if !matches!(change, Change::MessageAdded { .. } | Change::Created) {
            self.touched.insert(subject);
        }
        let effect = Effect {
            subject,
            change,
            rule,
            by,
        };
        self.effects.push(Recorded {
            effect,
            closed: (None, None),
        });
        self.effects.len() - 1
    }

    /// Writes the log and the versions: what was created starts at 1, what was touched grows by one.
    fn commit(&mut self, act: &Act) {
        let now = self.now();
        let effects = std::mem::take(&mut self.effects);
        let is_new = |thing: Thing| {
            effects
                .iter()
                .any(|r| r.effect.subject == thing && r.effect.change == Change::Created)
        };
        for thing in std::mem::take(&mut self.touched) {
            let grown = i32::from(!is_new(thing));
            match thing {
                Thing::Ticket(ticket) => {
                    self.tickets[ticket].version += grown;
                    self.tickets[ticket].active = now;
                }
                Thing::Conversation(conversation) => {
                    self.conversations[conversation].version += grown
                }
            }
        }
        for recorded in &effects {
            if let (Thing::Ticket(ticket), Change::Property { name, .. }) =
                (recorded.effect.subject, &recorded.effect.change)
            {
                let ticket = &mut self.tickets[ticket];
                ticket.edited.insert(name.clone(), ticket.version);
            }
        }
        self.log.push(Arc::new(Cascade {
            actor: match act.command {
                Command::ReceiveMessage { contact, .. } => Actor::Contact(contact),
                _ => Actor::User(act.user),
            },
            command: act.command.name(),
            effects,
            undoes: match act.command {
                Command::UndoCascade { back, .. } => Some(now - 1 - back),
                _ => None,
            },
        }));
    }
}
