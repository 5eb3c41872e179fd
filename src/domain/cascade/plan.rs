//! The planner: one pure function of the command and the locked state decides everything.
//!
//! Each `fn` below is one command; each `consequence` beside it is one rule. Checks come in the order that the
//! contract gives: nothing to change, in the trash, version, the rules.

use super::command::{Command, Incoming, Linked, NewTicket, PropertyEdit};
use super::effect::{Change, Effect, HeldValue, Subject};
use super::rule::Rule;
use super::{replay, undo};
use crate::domain::id::{ConversationId, InboxId, UserId};
use crate::domain::image::{Conversation, Status, Ticket, Time, Trash};
use crate::domain::noun::{ConversationStatus, StatusCategory, Workspace};
use crate::domain::refusal::{Detail, ErrorCode, Refusal};

/// What a command would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The effects in the order of cause; none: nothing to change (rule 22).
    pub effects: Vec<Effect>,
    /// What an undo leaves as it is, and why (rule 30).
    pub left: Vec<Refusal>,
    /// The state afterwards.
    pub after: Linked,
}

/// Plans a command on the state that was locked for it.
///
/// # Errors
/// The first check that fails, in the contract's order.
pub fn plan(
    before: &Linked,
    command: &Command,
    expected: Option<i32>,
    now: Time,
) -> Result<Plan, Refusal> {
    let mut planner = Planner {
        state: before.clone(),
        effects: Vec::new(),
        left: Vec::new(),
        expected,
        now,
    };
    planner.run(command)?;
    let Planner {
        mut state,
        effects,
        left,
        ..
    } = planner;
    replay::finish(&mut state, &effects, now);
    Ok(Plan {
        effects,
        left,
        after: state,
    })
}

/// The state as it becomes while effects are added.
pub(super) struct Planner {
    pub(super) state: Linked,
    pub(super) effects: Vec<Effect>,
    pub(super) left: Vec<Refusal>,
    expected: Option<i32>,
    pub(super) now: Time,
}

type Planned = Result<(), Refusal>;

impl Planner {
    fn run(&mut self, command: &Command) -> Planned {
        match command {
            Command::CreateTicket(id, ticket) => self.create_ticket(*id, ticket),
            Command::LinkConversation(id) => self.link_conversation(*id),
            Command::UpdateTicketStatus(status) => self.update_ticket_status(*status),
            Command::UpdateTicketProperties(edits) => self.update_properties(edits),
            Command::UpdateTicketOwner(owner) => self.update_ticket_owner(*owner),
            Command::UpdateConversationStatus(id, status) => {
                self.update_conversation_status(*id, *status)
            }
            Command::UpdateConversationOwner(id, owner) => {
                self.update_conversation_owner(*id, *owner)
            }
            Command::ClaimConversation(id, user) => self.claim(*id, *user),
            Command::MoveConversation(id, inbox) => self.move_conversation(*id, *inbox),
            Command::TrashConversation(id, group) => {
                let trash = self.new_trash(*group);
                self.trash_conversation(*id, trash)
            }
            Command::TrashTicket(group) => {
                let trash = self.new_trash(*group);
                self.trash_ticket(trash)
            }
            Command::RestoreFromTrash(id) => self.restore(*id),
            Command::UndoCascade(effects, group, inactive) => {
                self.state.inactive.extend(inactive);
                undo::undo(self, effects, *group)
            }
            Command::SendReply(id, message, sha256, user) => {
                let conversation = self.conversation(*id)?;
                Self::not_in_trash(conversation.trash, "conversationId")?;
                let unowned = conversation.owner.is_none();
                let added = self.add_message(*id, *message, sha256);
                // Rule 27.
                if let (true, Some(user)) = (unowned, user) {
                    self.own_conversation(*id, Some(*user), Rule::ReplyAssignsSender, Some(added))?;
                }
                Ok(())
            }
            Command::AddNote(id, message, sha256) => {
                Self::not_in_trash(self.conversation(*id)?.trash, "conversationId")?;
                self.add_message(*id, *message, sha256);
                Ok(())
            }
            Command::ReceiveMessage(incoming) => self.receive(incoming),
            Command::ImportMessages(starts, id, messages) => {
                if let Some(conversation) = starts {
                    self.start(conversation);
                }
                for (message, sha256) in messages {
                    self.add_message(*id, *message, sha256);
                }
                Ok(())
            }
            Command::Purge => {
                self.purge();
                Ok(())
            }
        }
    }

    // --- Tools

    pub(super) fn push(
        &mut self,
        subject: Subject,
        rule: Rule,
        caused_by: Option<usize>,
        change: Change,
    ) -> usize {
        let effect = Effect {
            subject,
            rule,
            caused_by,
            change,
        };
        replay::apply(&mut self.state, &effect);
        self.effects.push(effect);
        self.effects.len() - 1
    }

    /// The service locks what a command names before it plans, so a missing one is a `NOT_FOUND` at worst.
    fn conversation(&self, id: ConversationId) -> Result<&Conversation, Refusal> {
        let found = self
            .state
            .conversations
            .iter()
            .find(|conversation| conversation.id == id);
        found.ok_or_else(|| {
            Refusal::at(
                ErrorCode::NotFound,
                "conversationId",
                format!("There is no conversation `{id}`."),
            )
        })
    }

    fn ticket(&self) -> Result<&Ticket, Refusal> {
        let missing = || Refusal::at(ErrorCode::NotFound, "ticketId", "There is no such ticket.");
        self.state.ticket.as_ref().ok_or_else(missing)
    }

    /// The ticket's conversations that a test picks, by rising id.
    fn conversations(&self, pick: impl Fn(&Conversation) -> bool) -> Vec<ConversationId> {
        let ticket = self.state.ticket.as_ref().map(|ticket| ticket.id);
        let linked = self
            .state
            .conversations
            .iter()
            .filter(|c| c.ticket.is_some() && c.ticket == ticket);
        linked.filter(|c| pick(c)).map(|c| c.id).collect()
    }

    /// Rule 21.
    pub(super) fn not_in_trash(trash: Option<Trash>, field: &str) -> Planned {
        match trash {
            None => Ok(()),
            Some(trash) => Err(Refusal::at(
                ErrorCode::InTrash,
                field,
                format!(
                    "It is in the trash until {}; restore it first.",
                    trash.purge_at.to_rfc3339()
                ),
            )),
        }
    }

    fn expect_version(&self, current: i32, changed_at: i32) -> Planned {
        match self.expected {
            Some(expected) if expected < changed_at || expected > current => {
                let message = format!(
                    "It is at version {current}, not {expected}: look at it again, then decide."
                );
                Err(Refusal {
                    detail: Some(Detail::Version {
                        current,
                        changed_at,
                        changed_by: None,
                    }),
                    ..Refusal::at(ErrorCode::VersionConflict, "expectedVersion", message)
                })
            }
            _ => Ok(()),
        }
    }

    fn can_own(&self, owner: Option<UserId>) -> Planned {
        match owner {
            Some(user) if self.state.inactive.contains(&user) => Err(Refusal::at(
                ErrorCode::InactiveUser,
                "ownerId",
                "This user is no longer active; choose somebody else.",
            )),
            _ => Ok(()),
        }
    }

    fn new_trash(&self, group: crate::domain::id::TrashGroupId) -> Trash {
        Trash {
            group,
            trashed_at: self.now,
            purge_at: self.now + self.state.settings.retention,
        }
    }

    // --- Links and workspace

    fn create_ticket(&mut self, id: ConversationId, new: &NewTicket) -> Planned {
        let conversation = self.conversation(id)?.clone();
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.unlinked(&conversation)?;
        if let Some(Some(owner)) = new.owner {
            self.can_own(Some(owner))?;
        }
        if !new.missing.is_empty() {
            let names = new.missing.join("`, `");
            let message = format!("A ticket needs a value of `{names}`.");
            return Err(Refusal::at(
                ErrorCode::RequiredProperty,
                "properties",
                message,
            ));
        }
        self.add_ticket(&conversation, new, Rule::Direct, None);
        Ok(())
    }

    /// Rules 2 and 3.
    fn unlinked(&self, conversation: &Conversation) -> Planned {
        match conversation.ticket {
            None => Ok(()),
            Some(ticket) => Err(Refusal::at(
                ErrorCode::AlreadyLinked,
                "conversationId",
                format!("The conversation already has the ticket `{ticket}`, for good."),
            )),
        }
    }

    fn add_ticket(
        &mut self,
        conversation: &Conversation,
        new: &NewTicket,
        rule: Rule,
        cause: Option<usize>,
    ) {
        // Who left cannot be given anything new (rule 23), also not by inheritance.
        let inherited = conversation
            .owner
            .filter(|owner| !self.state.inactive.contains(owner));
        let closed = new.status.category == StatusCategory::Closed;
        let ticket = Ticket {
            id: new.id,
            number: new.number,
            name: new.name.clone(),
            name_version: 1,
            status: new.status,
            owner: new.owner.unwrap_or(inherited),
            priority: None,
            priority_version: 1,
            workspace: Workspace::Inbox,
            contact: Some(conversation.contact),
            properties: std::collections::BTreeMap::new(),
            created_at: self.now,
            last_activity_at: self.now,
            closed_at: closed.then_some(self.now),
            trash: None,
            version: 1,
        };
        let subject = Subject::Ticket(new.id);
        let created = self.push(
            subject,
            rule,
            cause,
            Change::TicketCreated {
                ticket: Some(Box::new(ticket)),
            },
        );
        let follows = if rule == Rule::Direct {
            None
        } else {
            Some(created)
        };
        if let Some(priority) = new.priority {
            let edit = PropertyEdit {
                definition: None,
                key: super::PropertyKey::Priority,
                to: Some(HeldValue::Priority(priority)),
            };
            self.edit_property(subject, &edit, rule, follows);
        }
        for edit in &new.properties {
            self.edit_property(subject, edit, rule, follows);
        }
        let link = Change::Linked { ticket: new.id };
        let linked = self.push(Subject::Conversation(conversation.id), rule, follows, link);
        self.move_to_ticket_workspace(Subject::Ticket(new.id), Workspace::Inbox, created);
        self.move_to_ticket_workspace(
            Subject::Conversation(conversation.id),
            conversation.workspace,
            linked,
        );
    }

    /// Rule 5.
    fn move_to_ticket_workspace(&mut self, subject: Subject, from: Workspace, cause: usize) {
        let to = self.state.settings.ticket_workspace();
        if to == Workspace::HelpDesk && from != to {
            self.push(
                subject,
                Rule::TicketCreatedMovesToHelpDesk,
                Some(cause),
                Change::Workspace { from, to },
            );
        }
    }

    /// Rule 4. Linking changes no status and no owner (rule 25).
    fn link_conversation(&mut self, id: ConversationId) -> Planned {
        let ticket = self.ticket()?.clone();
        let conversation = self.conversation(id)?.clone();
        if conversation.ticket == Some(ticket.id) {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        Self::not_in_trash(ticket.trash, "ticketId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.unlinked(&conversation)?;
        let link = Change::Linked { ticket: ticket.id };
        let linked = self.push(Subject::Conversation(id), Rule::Direct, None, link);
        self.move_to_ticket_workspace(Subject::Conversation(id), conversation.workspace, linked);
        Ok(())
    }

    // --- Status

    fn update_ticket_status(&mut self, to: Status) -> Planned {
        let ticket = self.ticket()?.clone();
        if ticket.status.id == to.id {
            return Ok(());
        }
        Self::not_in_trash(ticket.trash, "ticketId")?;
        self.expect_version(ticket.version, ticket.version)?;
        let from = ticket.status;
        let closed_after = match (from.category, to.category) {
            (StatusCategory::Open, StatusCategory::Closed) => Some(self.now),
            (_, StatusCategory::Open) => None,
            (StatusCategory::Closed, StatusCategory::Closed) => ticket.closed_at,
        };
        let change = Change::TicketStatus {
            from,
            to,
            closed_before: ticket.closed_at,
            closed_after,
        };
        let cause = self.push(Subject::Ticket(ticket.id), Rule::Direct, None, change);
        match (from.category, to.category) {
            // Rule 11.
            (StatusCategory::Open, StatusCategory::Closed) => {
                for id in self.conversations(|c| c.status == ConversationStatus::Open) {
                    let rule = Rule::TicketClosedClosesConversations;
                    self.set_conversation_status(
                        id,
                        ConversationStatus::Closed,
                        rule,
                        Some(cause),
                    )?;
                }
            }
            // Rules 12 and 13: none reopens where there are several.
            (StatusCategory::Closed, StatusCategory::Open) => {
                if let [only] = *self.conversations(|_| true)
                    && self.conversation(only)?.status == ConversationStatus::Closed
                {
                    let rule = Rule::TicketReopenedReopensOnlyConversation;
                    self.set_conversation_status(
                        only,
                        ConversationStatus::Open,
                        rule,
                        Some(cause),
                    )?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Rules 14 and 25: only it changes, neither its ticket nor its siblings.
    fn update_conversation_status(
        &mut self,
        id: ConversationId,
        to: ConversationStatus,
    ) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.status == to {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.set_conversation_status(id, to, Rule::Direct, None)
    }

    fn set_conversation_status(
        &mut self,
        id: ConversationId,
        to: ConversationStatus,
        rule: Rule,
        cause: Option<usize>,
    ) -> Planned {
        let conversation = self.conversation(id)?;
        let change = Change::ConversationStatus {
            from: conversation.status,
            to,
            closed_before: conversation.closed_at,
            closed_after: (to == ConversationStatus::Closed).then_some(self.now),
        };
        self.push(Subject::Conversation(id), rule, cause, change);
        Ok(())
    }

    // --- Owner

    /// Rule 8: no conversation's owner changes.
    fn update_ticket_owner(&mut self, to: Option<UserId>) -> Planned {
        let ticket = self.ticket()?.clone();
        if ticket.owner == to {
            return Ok(());
        }
        Self::not_in_trash(ticket.trash, "ticketId")?;
        self.expect_version(ticket.version, ticket.version)?;
        self.can_own(to)?;
        let change = Change::Owner {
            from: ticket.owner,
            to,
        };
        self.push(Subject::Ticket(ticket.id), Rule::Direct, None, change);
        Ok(())
    }

    fn update_conversation_owner(&mut self, id: ConversationId, to: Option<UserId>) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.owner == to {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        self.can_own(to)?;
        self.own_conversation(id, to, Rule::Direct, None)
    }

    /// Rules 7, 23 and 24: the ticket follows, also to nobody.
    fn own_conversation(
        &mut self,
        id: ConversationId,
        to: Option<UserId>,
        rule: Rule,
        cause: Option<usize>,
    ) -> Planned {
        let conversation = self.conversation(id)?;
        let (from, linked) = (conversation.owner, conversation.ticket);
        let cause = self.push(
            Subject::Conversation(id),
            rule,
            cause,
            Change::Owner { from, to },
        );
        if let Some(ticket) = &self.state.ticket
            && linked == Some(ticket.id)
            && ticket.owner != to
        {
            let (id, from) = (ticket.id, ticket.owner);
            let rule = Rule::ConversationOwnerSetsTicketOwner;
            self.push(
                Subject::Ticket(id),
                rule,
                Some(cause),
                Change::Owner { from, to },
            );
        }
        Ok(())
    }

    fn claim(&mut self, id: ConversationId, user: UserId) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.owner == Some(user) {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        if conversation.owner.is_some() {
            let message =
                "Somebody else owns the conversation; take it over with updateConversationOwner.";
            return Err(Refusal::at(
                ErrorCode::AlreadyOwned,
                "conversationId",
                message,
            ));
        }
        self.can_own(Some(user))?;
        self.own_conversation(id, Some(user), Rule::Direct, None)
    }

    // --- Inbox

    fn move_conversation(&mut self, id: ConversationId, to: InboxId) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.inbox == to {
            return Ok(());
        }
        Self::not_in_trash(conversation.trash, "conversationId")?;
        self.expect_version(conversation.version, conversation.version)?;
        let change = Change::Inbox {
            from: conversation.inbox,
            to,
        };
        let cause = self.push(Subject::Conversation(id), Rule::Direct, None, change);
        // Rule 29.
        if conversation.ticket.is_some() {
            for sibling in self.conversations(|c| c.id != id && c.inbox != to) {
                let from = self.conversation(sibling)?.inbox;
                let rule = Rule::MoveCarriesTicket;
                self.push(
                    Subject::Conversation(sibling),
                    rule,
                    Some(cause),
                    Change::Inbox { from, to },
                );
            }
        }
        Ok(())
    }

    // --- Trash

    fn trash_conversation(&mut self, id: ConversationId, trash: Trash) -> Planned {
        let conversation = self.conversation(id)?.clone();
        if conversation.trash.is_some() {
            return Ok(());
        }
        self.expect_version(conversation.version, conversation.version)?;
        let cause = self.push(
            Subject::Conversation(id),
            Rule::Direct,
            None,
            Change::Trashed { trash },
        );
        // Rules 15 and 18.
        if let (Some(ticket), true) = (&self.state.ticket, conversation.ticket.is_some()) {
            let subject = Subject::Ticket(ticket.id);
            let rule = Rule::ConversationTrashedTrashesTicket;
            let cause = self.push(subject, rule, Some(cause), Change::Trashed { trash });
            self.trash_conversations(cause, trash);
        }
        Ok(())
    }

    fn trash_ticket(&mut self, trash: Trash) -> Planned {
        let ticket = self.ticket()?.clone();
        if ticket.trash.is_some() {
            return Ok(());
        }
        self.expect_version(ticket.version, ticket.version)?;
        let subject = Subject::Ticket(ticket.id);
        let cause = self.push(subject, Rule::Direct, None, Change::Trashed { trash });
        self.trash_conversations(cause, trash);
        Ok(())
    }

    /// Rule 16.
    fn trash_conversations(&mut self, cause: usize, trash: Trash) {
        for id in self.conversations(|c| c.trash.is_none()) {
            let rule = Rule::TicketTrashedTrashesConversations;
            self.push(
                Subject::Conversation(id),
                rule,
                Some(cause),
                Change::Trashed { trash },
            );
        }
    }

    /// Rule 19.
    fn restore(&mut self, conversation: Option<ConversationId>) -> Planned {
        let (named, trash) = match conversation {
            Some(id) => (Subject::Conversation(id), self.conversation(id)?.trash),
            None => (Subject::Ticket(self.ticket()?.id), self.ticket()?.trash),
        };
        let Some(trash) = trash else {
            return Err(Refusal::at(
                ErrorCode::NotInTrash,
                "id",
                "It is not in the trash.",
            ));
        };
        let cause = self.push(named, Rule::Direct, None, Change::Restored { trash });
        for subject in self.trashed() {
            let rule = Rule::RestoreReturnsWholeGroup;
            self.push(subject, rule, Some(cause), Change::Restored { trash });
        }
        Ok(())
    }

    /// Everything of the state that is in the trash: the ticket first.
    pub(super) fn trashed(&self) -> Vec<Subject> {
        let ticket = self
            .state
            .ticket
            .iter()
            .filter(|t| t.trash.is_some())
            .map(|t| Subject::Ticket(t.id));
        let conversations = self
            .state
            .conversations
            .iter()
            .filter(|c| c.trash.is_some());
        ticket
            .chain(conversations.map(|c| Subject::Conversation(c.id)))
            .collect()
    }

    /// Rule 20.
    fn purge(&mut self) {
        for subject in self.trashed() {
            self.push(subject, Rule::RetentionEnded, None, Change::Purged);
        }
    }

    // --- Messages

    fn add_message(
        &mut self,
        id: ConversationId,
        message: crate::domain::image::Message,
        sha256: &str,
    ) -> usize {
        let change = Change::MessageAdded {
            message,
            sha256: sha256.to_owned(),
        };
        self.push(Subject::Conversation(id), Rule::Direct, None, change)
    }

    fn start(&mut self, conversation: &Conversation) -> usize {
        let change = Change::ConversationCreated {
            conversation: Some(Box::new(conversation.clone())),
        };
        self.push(
            Subject::Conversation(conversation.id),
            Rule::Direct,
            None,
            change,
        )
    }

    fn receive(&mut self, incoming: &Incoming) -> Planned {
        let id = incoming.conversation;
        let started = incoming
            .starts
            .as_ref()
            .map(|conversation| self.start(conversation));
        let added = self.add_message(id, incoming.message, &incoming.sha256);
        let conversation = self.conversation(id)?.clone();
        // Rule 26: into the trash it changes nothing else.
        if conversation.status == ConversationStatus::Closed && conversation.trash.is_none() {
            let rule = Rule::IncomingMessageReopensConversation;
            self.set_conversation_status(id, ConversationStatus::Open, rule, Some(added))?;
        }
        // Rule 28.
        if let (Some(started), Some(new)) = (started, &incoming.ticket) {
            self.add_ticket(
                &conversation,
                new,
                Rule::NewConversationCreatesTicket,
                Some(started),
            );
        }
        Ok(())
    }

    // --- Properties

    /// Rule 6.
    fn update_properties(&mut self, edits: &[PropertyEdit]) -> Planned {
        let ticket = self.ticket()?.clone();
        let changed: Vec<_> = edits
            .iter()
            .filter(|edit| edit.present(&ticket) != edit.to)
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        Self::not_in_trash(ticket.trash, "ticketId")?;
        // Edits of different properties do not conflict: only the latest of those edited here counts.
        let changed_at = changed
            .iter()
            .map(|edit| edit.changed_at(&ticket))
            .max()
            .unwrap_or(0);
        self.expect_version(ticket.version, changed_at)?;
        for edit in &changed {
            edit.allowed()?;
        }
        for edit in changed {
            self.edit_property(Subject::Ticket(ticket.id), edit, Rule::Direct, None);
        }
        Ok(())
    }

    fn edit_property(
        &mut self,
        subject: Subject,
        edit: &PropertyEdit,
        rule: Rule,
        cause: Option<usize>,
    ) {
        let from = self
            .state
            .ticket
            .as_ref()
            .and_then(|ticket| edit.present(ticket));
        if from == edit.to {
            return;
        }
        let change = Change::Property {
            key: edit.key,
            name: edit.name(),
            from: from.map(|value| edit.show(value)),
            to: edit.to.clone().map(|value| edit.show(value)),
        };
        self.push(subject, rule, cause, change);
    }
}
