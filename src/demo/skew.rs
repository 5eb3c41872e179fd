//! How many of what belong to whom in a large account: skewed, as real data is.
//!
//! Conversations are numbered from 0, the oldest, to `of - 1`, the newest. Everything is a pure
//! function of these numbers, so that the rows can be made in any order and in chunks.

use super::choices::{Choices, Topic};
use super::story::{ChannelKind, MessageKind, Priority};

/// No conversation has more messages than this.
pub const MOST_MESSAGES: u32 = 60;
/// No ticket has more conversations than this: a bad outage.
pub const MOST_CONVERSATIONS_OF_TICKET: u64 = 200;
/// How far back the oldest conversation lies: 400 days.
pub const SPAN_SECONDS: u64 = 400 * 24 * 3600;

/// How many contacts so many conversations come from: 55 for each 100, and at least one.
#[must_use]
pub const fn contacts_for(conversations: u64) -> u64 {
    let contacts = conversations / 100 * 55 + conversations % 100 * 55 / 100;
    if contacts == 0 { 1 } else { contacts }
}

/// Which of `contacts` a conversation is with: most have written once, a few write every day.
#[must_use]
pub fn contact_of(conversation: u64, contacts: u64) -> u64 {
    Choices::new(Topic::ContactOf, conversation).skewed_below(contacts)
}

/// How many messages a conversation has: 1 to 60, five on average, four in the middle.
#[must_use]
pub fn messages_in(conversation: u64) -> u32 {
    let mut choices = Choices::new(Topic::MessageCount, conversation);
    let more = match choices.below(1000) {
        0..135 => 1,
        135..315 => 2,
        315..485 => 3,
        485..625 => 4,
        625..725 => 5,
        725..805 => 6,
        805..925 => 7 + choices.below(4),
        925..985 => 11 + choices.below(10),
        // The longer, the rarer: 37 on average.
        _ => 21 + choices.skewed_below(15) + choices.skewed_below(26),
    };
    u32::try_from(more).unwrap_or(1).min(MOST_MESSAGES)
}

/// Which way message `index` of a conversation goes: the first is the contact's, then agents answer
/// every other time or leave a note.
#[must_use]
pub fn kind_of(conversation: u64, index: u32) -> MessageKind {
    if index == 0 {
        return MessageKind::Incoming;
    }
    let n = conversation * u64::from(MOST_MESSAGES) + u64::from(index);
    let expected_answer = if index.is_multiple_of(2) { 150 } else { 760 };
    match Choices::new(Topic::Kind, n).below(1000) {
        0..90 => MessageKind::Note,
        share if share < 90 + expected_answer => MessageKind::Outgoing,
        _ => MessageKind::Incoming,
    }
}

/// The channel that a conversation comes by: mostly e-mail.
#[must_use]
pub fn channel_of(conversation: u64) -> ChannelKind {
    match Choices::new(Topic::Channel, conversation).below(1000) {
        0..580 => ChannelKind::Email,
        580..740 => ChannelKind::Chat,
        740..840 => ChannelKind::Form,
        840..910 => ChannelKind::Whatsapp,
        910..970 => ChannelKind::Messenger,
        _ => ChannelKind::Api,
    }
}

/// Seconds since a conversation began: from 400 days for the first to a minute for the newest, and
/// ever denser, since the account grows. Falls strictly with the number up to 10,000,000 of them.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and seconds are far below 2^53 and not negative"
)]
pub fn began_seconds_ago(conversation: u64, of: u64) -> u64 {
    let behind = of.saturating_sub(conversation) as f64 / of.max(1) as f64;
    60 + (SPAN_SECONDS as f64 * behind * (0.6 + 0.4 * behind)) as u64
}

/// Seconds since each message of a conversation, falling, none below 1. Answers take minutes to
/// days; a conversation that is too young for that is hurried up.
#[must_use]
pub fn messages_seconds_ago(conversation: u64, of: u64) -> Vec<u64> {
    let began = began_seconds_ago(conversation, of);
    let mut choices = Choices::new(Topic::Gap, conversation);
    let count = u64::from(messages_in(conversation));
    let mut elapsed = 0;
    let mut after = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    for _ in 0..count {
        after.push(elapsed);
        elapsed += 1 + match choices.below(1000) {
            0..300 => 60 + choices.below(9 * 60),
            300..650 => 600 + choices.below(110 * 60),
            650..900 => 2 * 3600 + choices.below(22 * 3600),
            _ => 24 * 3600 + choices.below(5 * 24 * 3600),
        };
    }
    let lasted = after.last().copied().unwrap_or(0);
    if lasted < began {
        after.iter_mut().for_each(|at| *at = began - *at);
    } else {
        // Evenly, so that even 60 messages of a conversation of 61 seconds keep their order.
        for (index, at) in (0_u64..).zip(&mut after) {
            *at = began - index * (began - 1) / count;
        }
    }
    after
}

/// For each of `conversations` in turn the ticket it belongs to, tickets numbered from 0 in the order
/// of their first conversation. A third have one. Most tickets have one conversation, some a few, a
/// rare outage up to 200; those of one ticket follow each other closely, as in an outage they do.
pub fn tickets(conversations: u64) -> impl Iterator<Item = Option<u64>> {
    let (mut ticket, mut left) = (0, conversations_of_ticket(0));
    (0..conversations).map(move |conversation| {
        if !Choices::new(Topic::TicketSize, !conversation).per_mille(340) {
            return None;
        }
        if left == 0 {
            ticket += 1;
            left = conversations_of_ticket(ticket);
        }
        left -= 1;
        Some(ticket)
    })
}

/// How many conversations [`tickets`] gives a ticket, unless there are no more: 1 for 85 of 100.
#[must_use]
pub fn conversations_of_ticket(ticket: u64) -> u64 {
    let mut choices = Choices::new(Topic::TicketSize, ticket);
    match choices.below(1000) {
        0..850 => 1,
        850..935 => 2,
        935..970 => 3,
        970..997 => 4 + choices.below(7),
        _ => 11 + choices.steeply_skewed_below(MOST_CONVERSATIONS_OF_TICKET - 10),
    }
}

/// Which of `owners` has it: nobody in 16 of 100 cases, and some have far more than others.
#[must_use]
pub fn owner_of(conversation: u64, owners: u64) -> Option<u64> {
    let mut choices = Choices::new(Topic::Owner, conversation);
    let nobody = owners == 0 || choices.per_mille(160);
    (!nobody).then(|| choices.skewed_below(owners))
}

/// Whether conversation or ticket `n` of `of` is closed: 95 of 100 old ones, ever fewer of the newest
/// tenth. A conversation is closed too where its ticket is.
#[must_use]
pub fn is_closed(n: u64, of: u64) -> bool {
    let newer = of.saturating_sub(n + 1);
    let share = (newer * 9_500 / of.max(1)).min(950);
    Choices::new(Topic::Closed, n).per_mille(share)
}

/// Which of `statuses` of one category a ticket is in: the later ones a little more often.
#[must_use]
pub fn status_of(ticket: u64, statuses: u64) -> u64 {
    let choice = Choices::new(Topic::Status, ticket).skewed_below(statuses);
    statuses.saturating_sub(1).saturating_sub(choice)
}

/// How urgent a ticket is; a fifth says nothing.
#[must_use]
pub fn priority_of(ticket: u64) -> Option<Priority> {
    match Choices::new(Topic::Property, ticket).below(100) {
        0..20 => None,
        20..50 => Some(Priority::Low),
        50..83 => Some(Priority::Medium),
        83..96 => Some(Priority::High),
        _ => Some(Priority::Urgent),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const MANY: u64 = 200_000;

    #[test]
    fn a_conversation_has_five_messages_on_average_and_at_most_sixty() {
        let mut counts: Vec<u32> = (0..MANY).map(messages_in).collect();
        counts.sort_unstable();
        let mean = f64::from(counts.iter().sum::<u32>()) / 200_000.0;
        assert!((4.8..5.2).contains(&mean), "{mean}");
        assert_eq!(counts[100_000], 4);
        assert_eq!(counts[0], 1);
        let longest = counts[199_999];
        assert!((50..=MOST_MESSAGES).contains(&longest), "{longest}");
    }

    #[test]
    fn the_first_message_comes_in_and_every_kind_occurs() {
        let mut seen: HashMap<MessageKind, u32> = HashMap::new();
        for conversation in 0..10_000 {
            assert_eq!(kind_of(conversation, 0), MessageKind::Incoming);
            for index in 1..messages_in(conversation) {
                *seen.entry(kind_of(conversation, index)).or_default() += 1;
            }
        }
        let all: u32 = seen.values().sum();
        assert!(seen[&MessageKind::Outgoing] > all * 4 / 10, "{seen:?}");
        assert!(seen[&MessageKind::Incoming] > all * 3 / 10, "{seen:?}");
        assert!(seen[&MessageKind::Note] > all / 20, "{seen:?}");
    }

    #[test]
    fn few_contacts_write_much_and_many_once() {
        let contacts = contacts_for(MANY);
        assert_eq!(contacts, 110_000);
        let mut written: HashMap<u64, u32> = HashMap::new();
        for conversation in 0..MANY {
            let contact = contact_of(conversation, contacts);
            assert!(contact < contacts);
            *written.entry(contact).or_default() += 1;
        }
        let most = written.values().max().copied();
        assert!(most > Some(50), "{most:?}");
        let once = written.values().filter(|n| **n == 1).count();
        assert!(once > written.len() / 3, "{once} of {}", written.len());
    }

    #[test]
    fn conversations_are_numbered_in_the_order_of_their_beginning() {
        let ages: Vec<u64> = (0..MANY).map(|n| began_seconds_ago(n, MANY)).collect();
        assert!(ages.is_sorted_by(|a, b| a > b));
        assert_eq!(ages[0], 60 + SPAN_SECONDS);
        assert!(ages[199_999] < 600, "{}", ages[199_999]);
    }

    #[test]
    fn messages_follow_each_other_and_none_is_in_the_future() {
        for conversation in (0..1000).chain(MANY - 1000..MANY) {
            let ages = messages_seconds_ago(conversation, MANY);
            assert_eq!(ages.len(), messages_in(conversation) as usize);
            assert_eq!(ages[0], began_seconds_ago(conversation, MANY));
            assert!(ages.is_sorted_by(|a, b| a > b), "{conversation}: {ages:?}");
            assert!(ages.iter().all(|age| *age >= 1), "{conversation}: {ages:?}");
        }
        // A lone conversation is the youngest there can be and still keeps its order.
        for conversation in 0..1000 {
            assert!(
                messages_seconds_ago(conversation, conversation + 1).is_sorted_by(|a, b| a > b)
            );
        }
    }

    #[test]
    fn tickets_are_numbered_without_gaps_and_few_have_many_conversations() {
        let given: Vec<u64> = tickets(MANY).flatten().collect();
        assert!((66_000..70_000).contains(&given.len()), "{}", given.len());
        assert!(given.is_sorted() && given[0] == 0);
        assert!(given.windows(2).all(|pair| pair[1] - pair[0] <= 1));
        let mut sizes: HashMap<u64, u64> = HashMap::new();
        given
            .iter()
            .for_each(|t| *sizes.entry(*t).or_default() += 1);
        let single = sizes.values().filter(|n| **n == 1).count();
        assert!((830..870).contains(&(single * 1000 / sizes.len())));
        let most = sizes.values().max().copied();
        assert!(most > Some(100) && most <= Some(MOST_CONVERSATIONS_OF_TICKET));
    }

    #[test]
    fn old_things_are_closed_and_new_ones_open() {
        let closed = |from: u64, to: u64| (from..to).filter(|n| is_closed(*n, MANY)).count();
        assert!(closed(0, 100_000) > 94_000);
        assert!(closed(199_000, MANY) < 60);
        let all = closed(0, MANY);
        assert!((170_000..185_000).contains(&all), "{all}");
    }

    #[test]
    fn owners_statuses_and_priorities_stay_in_range_and_are_all_used() {
        let mut owned = [0_u32; 12];
        let mut statuses = [0_u32; 3];
        let mut nobody = 0_u32;
        let mut without = 0_u32;
        for n in 0..10_000 {
            match owner_of(n, 12) {
                Some(owner) => owned[usize::try_from(owner).unwrap()] += 1,
                None => nobody += 1,
            }
            statuses[usize::try_from(status_of(n, 3)).unwrap()] += 1;
            without += u32::from(priority_of(n).is_none());
        }
        assert!(
            owned.iter().all(|n| *n > 300) && owned[0] > 2 * owned[11],
            "{owned:?}"
        );
        assert!((1_450..1_750).contains(&nobody), "{nobody}");
        assert!((1_850..2_150).contains(&without), "{without}");
        assert!(statuses.is_sorted() && statuses[0] > 1_500, "{statuses:?}");
        assert_eq!(owner_of(1, 0), None);
    }
}
