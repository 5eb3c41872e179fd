//! Any number of plausible subjects, messages, contacts and ticket names.
//!
//! Sentences of three languages are put together by a hash of the thing's number, with frequent
//! words, rare names and unique order numbers in them, so that a full-text search has all three to
//! find. A million messages take less than half a second on one core: one buffer a text, no formatting
//! machinery.

mod english;
mod german;
mod people;
mod phrases;
mod polish;

pub use people::{Person, contact, language_of};

use self::phrases::{Draft, Phrases, push_number};
use super::choices::{Choices, Topic};
use super::skew::MOST_MESSAGES;
use super::story::MessageKind;

/// A language of the bulk data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "a language's name has no further meaning")]
pub enum Language {
    English,
    German,
    Polish,
}

impl Language {
    const fn phrases(self) -> &'static Phrases {
        match self {
            Self::English => &english::PHRASES,
            Self::German => &german::PHRASES,
            Self::Polish => &polish::PHRASES,
        }
    }
}

/// The subject of a conversation with a contact.
#[must_use]
pub fn subject(conversation: u64, contact: u64) -> String {
    let mut choices = Choices::new(Topic::Subject, conversation);
    let again = choices.per_mille(120);
    let phrases = language_of(contact).phrases();
    let mut draft = Draft::new(64, phrases, choices, people::first_name(contact));
    if again {
        draft.add("Re: ");
    }
    draft.add_one_of(phrases.subjects);
    draft.finish()
}

/// The name of a ticket that does not bear its conversation's subject, in the contact's language.
#[must_use]
pub fn ticket_name(ticket: u64, contact: u64) -> String {
    let phrases = language_of(contact).phrases();
    let choices = Choices::new(Topic::TicketName, ticket);
    let mut draft = Draft::new(64, phrases, choices, people::first_name(contact));
    draft.add_one_of(phrases.ticket_names);
    draft.finish()
}

/// An order number, such as a `STRING` property has; no two things have the same below 10,000,000.
#[must_use]
pub fn order_number(n: u64) -> String {
    let mut text = String::with_capacity(12);
    text.push_str("QF-");
    // Odd and without the factor 5, so that multiplying only rearranges the numbers below 10^7.
    let scattered = n.wrapping_mul(3_711_947) % 10_000_000;
    push_number(&mut text, 10_000_000 + scattered);
    text
}

/// What message `index` of a conversation with a contact says, in the contact's language. From one
/// word to a few thousand characters; contacts and agents have sentences of their own.
#[must_use]
pub fn message(conversation: u64, index: u32, kind: MessageKind, contact: u64) -> String {
    let n = conversation * u64::from(MOST_MESSAGES) + u64::from(index);
    let mut choices = Choices::new(Topic::Message, n);
    let phrases = language_of(contact).phrases();
    let first_name = people::first_name(contact);
    let (greetings, sentences, closings) = match kind {
        MessageKind::Note => {
            let count = 1 + choices.below(2);
            let mut draft = Draft::new(96, phrases, choices, first_name);
            draft.add_sentences(phrases.notes, count);
            return draft.finish();
        }
        MessageKind::Incoming if index > 0 && choices.per_mille(220) => {
            let mut draft = Draft::new(48, phrases, choices, first_name);
            draft.add_one_of(phrases.one_liners);
            return draft.finish();
        }
        MessageKind::Incoming => (
            phrases.contact_greetings,
            phrases.contact_sentences,
            phrases.contact_closings,
        ),
        MessageKind::Outgoing => (
            phrases.agent_greetings,
            phrases.agent_sentences,
            phrases.agent_closings,
        ),
    };
    let count = 1 + match kind {
        // Now and then somebody tells the whole story.
        _ if choices.per_mille(8) => 14 + choices.below(35),
        MessageKind::Incoming => choices.skewed_below(9),
        _ => choices.skewed_below(6),
    };
    let greets = choices.per_mille(if index == 0 { 850 } else { 550 });
    let closes = choices.per_mille(550);
    let bytes = usize::try_from(count).unwrap_or(1) * 72 + 64;
    let mut draft = Draft::new(bytes, phrases, choices, first_name);
    if greets {
        draft.add_one_of(greetings);
        draft.add("\n\n");
    }
    draft.add_sentences(sentences, count);
    if closes {
        draft.add("\n\n");
        draft.add_one_of(closings);
    }
    draft.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::demo::skew::{contact_of, kind_of, messages_in};

    /// All messages of the first so many conversations of an account with so many.
    fn texts(conversations: u64) -> impl Iterator<Item = String> {
        (0..conversations).flat_map(|c| {
            let contact = contact_of(c, 110_000);
            (0..messages_in(c)).map(move |index| message(c, index, kind_of(c, index), contact))
        })
    }

    #[test]
    fn the_same_number_gives_the_same_text() {
        for n in [0, 1, 77, 1_999_999] {
            assert_eq!(contact(n), contact(n));
            assert_eq!(subject(n, 5), subject(n, 5));
            assert_eq!(ticket_name(n, 5), ticket_name(n, 5));
            let twice = [(); 2].map(|()| message(n, 3, MessageKind::Outgoing, 5));
            assert_eq!(twice[0], twice[1]);
        }
        // Pinned, so that a change of the hash does not go unnoticed: benchmarks compare across versions.
        assert_eq!(contact(7).email, "sofia.radley7@example.net");
    }

    #[test]
    fn lengths_vary_from_a_word_to_pages() {
        let mut lengths: Vec<usize> = texts(4_000).map(|t| t.chars().count()).collect();
        lengths.sort_unstable();
        let (shortest, middle, longest) = (
            lengths[0],
            lengths[lengths.len() / 2],
            lengths[lengths.len() - 1],
        );
        assert!(shortest < 15, "{shortest}");
        assert!((100..400).contains(&middle), "{middle}");
        assert!((1_800..10_000).contains(&longest), "{longest}");
    }

    #[test]
    fn words_are_frequent_rare_and_unique_as_in_a_language() {
        let mut words: HashMap<String, u32> = HashMap::new();
        let mut whole: HashSet<String> = HashSet::new();
        let mut count = 0_u32;
        for text in texts(6_000) {
            let found = text.split(|c: char| !c.is_alphanumeric());
            for word in found.filter(|w| w.len() > 1) {
                *words.entry(word.to_lowercase()).or_default() += 1;
            }
            whole.insert(text);
            count += 1;
        }
        let rare = words.values().filter(|n| **n == 1).count();
        let frequent = words.values().filter(|n| **n > count / 10).count();
        assert!(words.len() > 10_000, "{} words", words.len());
        assert!(rare > 5_000, "{rare} occur once");
        assert!(frequent > 20, "{frequent} occur in every tenth message");
        assert!(
            whole.len() * 10 > count as usize * 8,
            "{} of {count}",
            whole.len()
        );
    }

    #[test]
    fn order_numbers_are_unique() {
        let orders: HashSet<String> = (0..100_000).map(order_number).collect();
        assert_eq!(orders.len(), 100_000);
    }

    /// Prints how fast it is: `cargo test --release --lib demo::vocabulary -- --ignored --nocapture`.
    #[test]
    #[ignore = "a measurement, of use in a release build only"]
    fn a_million_messages_take_seconds() {
        let start = std::time::Instant::now();
        let sizes = texts(200_000).map(|text| text.len());
        let (count, bytes) = sizes.fold((0_u64, 0), |(n, sum), size| (n + 1, sum + size));
        let took = start.elapsed();
        println!("{count} messages, {bytes} bytes in {took:?}");
        assert!(took.as_secs() < 5, "{took:?}");
    }
}
