//! What each field at a root of the API takes. Whatever is not in this table is refused to everybody: a field that is
//! added without a line here answers nobody, and `tests/it/access/decisions.rs` says so.
//!
//! Queries and subscriptions are held against it before anything runs. A mutation's permission is looked up here by the
//! command itself ([`mutation`]), since its checks have an order: what is not there is told before what is not allowed.

use super::Action;

/// Which of the three roots a field is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// Asking.
    Query,
    /// Changing.
    Mutation,
    /// Following.
    Subscription,
}

const QUERIES: &[(&str, Action)] = &[
    ("viewer", Action::Read),
    ("asOf", Action::Read),
    ("node", Action::Read),
    ("nodes", Action::Read),
    ("inboxes", Action::Read),
    ("inbox", Action::Read),
    ("conversation", Action::Read),
    ("conversations", Action::Read),
    ("ticket", Action::Read),
    ("tickets", Action::Read),
    ("contact", Action::Read),
    ("users", Action::Read),
    ("pipelines", Action::Read),
    ("propertyDefinitions", Action::Read),
    ("search", Action::Read),
    ("savedViews", Action::Read),
    ("trash", Action::Read),
    ("cascades", Action::Read),
    ("cascadeRules", Action::Read),
    ("sessions", Action::Secure),
    ("tokens", Action::Grant),
];

const SUBSCRIPTIONS: &[(&str, Action)] = &[
    ("cascades", Action::Read),
    ("ticketChanged", Action::Read),
    ("conversationChanged", Action::Read),
    ("conversationView", Action::Read),
    ("counts", Action::Read),
    ("presence", Action::Read),
];

const MUTATIONS: &[(&str, Action)] = &[
    ("signIn", Action::Enter),
    ("acceptInvitation", Action::Enter),
    ("createTicket", Action::Work),
    ("linkConversation", Action::Work),
    ("updateTicketStatus", Action::Work),
    ("updateTicketProperties", Action::Work),
    ("updateTicketOwner", Action::Work),
    ("updateConversationStatus", Action::Work),
    ("updateConversationOwner", Action::Work),
    ("claimConversation", Action::Work),
    ("moveConversation", Action::Work),
    ("trashConversation", Action::Work),
    ("trashTicket", Action::Work),
    ("restoreFromTrash", Action::Work),
    ("undoCascade", Action::Work),
    ("sendReply", Action::Work),
    ("addNote", Action::Work),
    ("receiveMessage", Action::Receive),
    ("updateDetailsPanel", Action::Own),
    ("createSavedView", Action::Own),
    ("updateSavedView", Action::Own),
    ("deleteSavedView", Action::Own),
    ("updatePresence", Action::Own),
    ("createInbox", Action::Administer),
    ("updateInbox", Action::Administer),
    ("createChannel", Action::Administer),
    ("createUser", Action::Administer),
    ("updateUser", Action::Administer),
    ("createPipeline", Action::Administer),
    ("createTicketStatus", Action::Administer),
    ("updateTicketStatusDefinition", Action::Administer),
    ("createPropertyDefinition", Action::Administer),
    ("updatePropertyDefinition", Action::Administer),
    ("signOut", Action::Secure),
    ("changePassword", Action::Secure),
    ("revokeSession", Action::Secure),
    ("revokeSessions", Action::Secure),
    ("inviteUser", Action::Grant),
    ("createToken", Action::Grant),
    ("revokeToken", Action::Grant),
];

const fn table(root: Root) -> &'static [(&'static str, Action)] {
    match root {
        Root::Query => QUERIES,
        Root::Mutation => MUTATIONS,
        Root::Subscription => SUBSCRIPTIONS,
    }
}

/// The fields of a root that something was decided for.
pub fn decided(root: Root) -> impl Iterator<Item = &'static str> {
    table(root).iter().map(|(name, _)| *name)
}

/// What a field takes; none where nothing was decided, which is to say that nobody may.
#[must_use]
pub fn decide(root: Root, field: &str) -> Option<Action> {
    let line = table(root).iter().find(|(name, _)| *name == field);
    line.map(|(_, action)| *action)
}

/// What a mutation takes: for commands to say of themselves, at compile time. A name that is not in the table does not
/// compile.
#[must_use]
#[allow(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "runs in the compiler, which is what shall stop"
)]
pub const fn mutation(name: &str) -> Action {
    let mut line = 0;
    while line < MUTATIONS.len() {
        if same(MUTATIONS[line].0, name) {
            return MUTATIONS[line].1;
        }
        line += 1;
    }
    panic!("no decision about this mutation: add a line to the table")
}

#[allow(clippy::indexing_slicing, reason = "as in `mutation`")]
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_decided_twice_and_what_is_not_is_refused() {
        for root in [Root::Query, Root::Mutation, Root::Subscription] {
            let mut names: Vec<_> = decided(root).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{root:?}");
            assert_eq!(decide(root, "dropEverything"), None);
        }
        assert_eq!(mutation("receiveMessage"), Action::Receive);
    }
}
