//! The rules by name and number, as `Effect.rule` carries them and `cascadeRules` describes them.

use serde::{Deserialize, Serialize};

macro_rules! rules {
    ($($variant:ident = $code:literal, $number:expr, $description:literal;)*) => {
        /// Why an effect happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Rule { $(#[doc = $description] $variant,)* }

        impl Rule {
            /// All rules, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code that the log's index keeps; never reused.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The number in the book of rules; none for what is no consequence.
            #[must_use]
            pub const fn number(self) -> Option<i32> {
                match self { $(Self::$variant => $number,)* }
            }

            /// The name in metrics, such as `TicketClosedClosesConversations`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// One sentence for people.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)* }
            }
        }
    };
}

rules! {
    Direct = 1, None, "What the command itself asked for; everything else follows from it.";
    TicketCreatedMovesToHelpDesk = 2, Some(5), "In an account created after 1 April 2024, creating or linking a ticket moves it and the conversation to the help desk.";
    ConversationOwnerSetsTicketOwner = 3, Some(7), "A conversation's new owner becomes the owner of its ticket; nobody counts as an owner here.";
    TicketClosedClosesConversations = 4, Some(11), "A ticket that crosses to closed closes every open conversation of it.";
    TicketReopenedReopensOnlyConversation = 5, Some(12), "A closed ticket with exactly one conversation that crosses to open reopens that conversation.";
    ConversationTrashedTrashesTicket = 6, Some(15), "A conversation that goes to the trash takes its ticket along.";
    TicketTrashedTrashesConversations = 7, Some(16), "A ticket that goes to the trash takes its conversations along.";
    RestoreReturnsWholeGroup = 8, Some(19), "Restoring one member of a trash group restores the whole group to exactly what it was.";
    RetentionEnded = 9, Some(20), "When its time in the trash is over, the whole group is deleted for good.";
    IncomingMessageReopensConversation = 10, Some(26), "A contact's message to a closed conversation reopens that conversation, not its ticket.";
    ReplyAssignsSender = 11, Some(27), "A user's reply to a conversation without an owner makes that user its owner.";
    NewConversationCreatesTicket = 12, Some(28), "An inbox set so creates a ticket for every new conversation.";
    MoveCarriesTicket = 13, Some(29), "Moving a conversation to another inbox moves the other conversations of its ticket with it.";
    Undo = 14, Some(30), "Undoing a cascade takes back exactly its effects, where nothing has changed since.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> =
            Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
    }
}
