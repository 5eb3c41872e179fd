//! Ids of the outside: `ticket_01jd3y…`.

use tandem::domain::id::*;
use uuid::Uuid;

macro_rules! every_kind {
    ($($name:ident)*) => {
        /// How many kinds of id take the text; each gives back the very text that it read.
        fn taken_by(text: &str) -> usize {
            let mut taken = 0;
            $(match $name::parse(text) {
                Ok(id) => {
                    assert_eq!(id.to_string(), text, "one thing has one text");
                    assert!(text.starts_with($name::PREFIX));
                    taken += 1;
                }
                Err(IdError::Malformed(shown) | IdError::OtherType(shown, _)) => {
                    assert!(shown.chars().count() <= 49, "an error repeats no megabyte");
                }
            })*
            taken
        }

        /// Whatever a UUID is, each kind reads what it writes, and no other kind does.
        fn written_and_read(id: Uuid) {
            $(
                let text = $name(id).to_string();
                assert_eq!($name::parse(&text), Ok($name(id)));
                assert_eq!(taken_by(&text), 1, "{text}");
            )*
        }
    };
}

every_kind! {
    AccountId UserId IntegrationId TokenId InboxId ChannelId ContactId ConversationId MessageId TicketId PipelineId
    StatusId PropertyId CascadeId TrashGroupId SavedViewId
}

/// A text is the id of one kind or of none, and of `node(id:)` exactly where it is of one.
pub fn check(data: &[u8]) {
    if let Some(bytes) = data.first_chunk() {
        written_and_read(Uuid::from_bytes(*bytes));
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let taken = taken_by(text);
    assert!(taken <= 1, "{text}");
    assert_eq!(AnyId::parse(text).is_ok(), taken == 1, "{text}");
}
