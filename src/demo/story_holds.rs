//! That the demo story keeps to its own format, to the limits and to the rules of Tandem.
//! Each check collects every fault instead of stopping at the first, so one run shows an author all of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::story::{
    Account, Conversation, MessageKind, Property, PropertyType, StatusCategory, Story, Ticket,
    Value,
};

const NAME_LIMIT: usize = 1_000;
const TEXT_LIMIT: usize = 65_536;
/// 30 days: what has been in the trash for longer would be purged by the first sweep.
const RETENTION_MINUTES: u32 = 30 * 24 * 60;

fn story() -> Story {
    Story::load().expect("the files have the shape of the structs")
}

/// Runs `check` over every account and fails with everything it reports.
fn each_account(check: impl Fn(&Account, &mut Vec<String>)) {
    let mut faults = Vec::new();
    for account in &story().accounts {
        check(account, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn find<'a>(account: &'a Account, key: &str) -> Option<&'a Conversation> {
    account.conversations.iter().find(|c| c.key == key)
}

fn conversations_of<'a>(account: &'a Account, ticket: &Ticket) -> Vec<&'a Conversation> {
    let keys = ticket.links.iter().map(|l| l.conversation.as_str());
    keys.filter_map(|key| find(account, key)).collect()
}

fn ticket_of<'a>(account: &'a Account, conversation: &Conversation) -> Option<&'a Ticket> {
    let links = |t: &&Ticket| t.links.iter().any(|l| l.conversation == conversation.key);
    account.tickets.iter().find(links)
}

fn category(account: &Account, ticket: &Ticket) -> Option<StatusCategory> {
    let mut pipelines = account.profile.pipelines.iter();
    let pipeline = pipelines.find(|p| p.key == ticket.pipeline)?;
    let status = pipeline.statuses.iter().find(|s| s.name == ticket.status)?;
    Some(status.category)
}

#[test]
fn it_has_what_the_demo_promises() {
    let story = story();
    let [older, newer] = story.accounts.as_slice() else {
        panic!("two accounts, not {}", story.accounts.len());
    };
    let boundary: chrono::DateTime<chrono::Utc> = "2024-04-02T00:00:00Z".parse().expect("a time");
    assert!(older.profile.created_at < boundary && newer.profile.created_at >= boundary);

    let all = |count: fn(&Account) -> usize| story.accounts.iter().map(count).sum::<usize>();
    assert_eq!(all(|a| a.profile.inboxes.len()), 3);
    assert!(all(|a| a.conversations.len()) >= 110);
    assert!(all(|a| a.tickets.len()) >= 45);
    assert!(all(|a| a.tickets.iter().filter(|t| t.links.len() > 1).count()) >= 8);
    assert!(all(|a| a.profile.users.iter().filter(|u| !u.active).count()) >= 1);
    assert!(all(|a| a.tickets.iter().filter(|t| t.trashed.is_some()).count()) >= 1);
    assert!(
        all(|a| a
            .conversations
            .iter()
            .filter(|c| c.trashed.is_some())
            .count())
            >= 1
    );

    let accounts = || story.accounts.iter();
    let properties = || accounts().flat_map(|a| &a.profile.properties);
    let channels = accounts()
        .flat_map(|a| &a.profile.inboxes)
        .flat_map(|i| &i.channels);
    assert_eq!(channels.map(|c| c.kind).collect::<HashSet<_>>().len(), 6);
    assert_eq!(
        properties().map(|p| p.kind).collect::<HashSet<_>>().len(),
        8
    );
    let priorities = accounts()
        .flat_map(|a| &a.tickets)
        .filter_map(|t| t.priority);
    assert_eq!(priorities.collect::<HashSet<_>>().len(), 4);

    let used: BTreeSet<&String> = accounts()
        .flat_map(|a| &a.tickets)
        .flat_map(|t| t.properties.keys())
        .collect();
    for property in properties() {
        assert!(used.contains(&property.name), "{} unused", property.name);
    }
}

#[test]
fn keys_and_unique_names_are_unique() {
    let mut emails = BTreeSet::new();
    for user in story().accounts.iter().flat_map(|a| &a.profile.users) {
        assert!(emails.insert(user.email.to_lowercase()), "{}", user.email);
    }
    each_account(|account, faults| {
        let profile = &account.profile;
        let mut unique = |kind: &str, names: Vec<String>| {
            let mut seen = BTreeSet::new();
            for name in names {
                if !seen.insert(name.clone()) {
                    faults.push(format!("{}: {kind} {name} twice", profile.key));
                }
            }
        };
        let conversations = account.conversations.iter();
        unique(
            "conversation",
            conversations.map(|c| c.key.clone()).collect(),
        );
        unique(
            "ticket",
            account.tickets.iter().map(|t| t.key.clone()).collect(),
        );
        unique(
            "contact",
            account.contacts.iter().map(|c| c.key.clone()).collect(),
        );
        let addresses = account.contacts.iter().filter_map(|c| c.email.as_ref());
        unique("address", addresses.map(|e| e.to_lowercase()).collect());
        let phones = account.contacts.iter().filter_map(|c| c.phone.clone());
        unique("phone", phones.collect());
        unique(
            "user",
            profile.users.iter().map(|u| u.key.clone()).collect(),
        );
        unique(
            "inbox",
            profile.inboxes.iter().map(|i| i.key.clone()).collect(),
        );
        unique(
            "inbox name",
            profile.inboxes.iter().map(|i| i.name.clone()).collect(),
        );
        unique(
            "pipeline",
            profile.pipelines.iter().map(|p| p.key.clone()).collect(),
        );
        unique(
            "property",
            profile.properties.iter().map(|p| p.name.clone()).collect(),
        );
        for inbox in &profile.inboxes {
            unique(
                "channel",
                inbox.channels.iter().map(|c| c.key.clone()).collect(),
            );
        }
        for pipeline in &profile.pipelines {
            unique(
                "status",
                pipeline.statuses.iter().map(|s| s.name.clone()).collect(),
            );
        }
    });
}

#[test]
fn every_reference_resolves() {
    each_account(|account, faults| {
        let profile = &account.profile;
        let user = |key: &String| profile.users.iter().any(|u| u.key == *key);
        let property = |name: &String| profile.properties.iter().any(|p| p.name == *name);
        let mut demand = |holds: bool, what: String| {
            if !holds {
                faults.push(format!("{}: {what}", profile.key));
            }
        };
        for person in &profile.users {
            let known = person.details_panel.iter().all(property);
            demand(known, format!("{}'s details panel", person.key));
        }
        for c in &account.conversations {
            let inbox = profile.inboxes.iter().find(|i| i.key == c.inbox);
            let channel = inbox.and_then(|i| i.channels.iter().find(|x| x.key == c.channel));
            let contact = account.contacts.iter().any(|x| x.key == c.contact);
            demand(
                channel.is_some(),
                format!("{}: channel {}", c.key, c.channel),
            );
            demand(contact, format!("{}: contact {}", c.key, c.contact));
            let moments = c.closed.iter().chain(&c.trashed).map(|m| &m.by);
            let people = moments.chain(&c.owner);
            for key in people.chain(c.messages.iter().filter_map(|m| m.by.as_ref())) {
                demand(user(key), format!("{}: user {key}", c.key));
            }
        }
        for contact in &account.contacts {
            let used = account
                .conversations
                .iter()
                .any(|c| c.contact == contact.key);
            demand(used, format!("contact {} never writes", contact.key));
            let known = contact.email.is_some() || contact.phone.is_some();
            demand(known, format!("contact {} has no address", contact.key));
        }
        for t in &account.tickets {
            demand(
                category(account, t).is_some(),
                format!("{}: status {}", t.key, t.status),
            );
            demand(!t.links.is_empty(), format!("{}: no conversation", t.key));
            for link in &t.links {
                let there = find(account, &link.conversation).is_some();
                demand(
                    there,
                    format!("{}: conversation {}", t.key, link.conversation),
                );
            }
            let moments = t.closed.iter().chain(&t.trashed).map(|m| &m.by);
            let people = moments.chain(&t.owner);
            for key in people.chain(t.links.iter().filter_map(|l| l.by.as_ref())) {
                demand(user(key), format!("{}: user {key}", t.key));
            }
        }
        let first = profile.users.first();
        let admin = first.is_some_and(|u| u.active && u.role == super::story::Role::Admin);
        demand(admin, "the first user is no active administrator".into());
    });
}

#[test]
fn messages_run_from_an_incoming_one_towards_now() {
    each_account(|account, faults| {
        for c in &account.conversations {
            let texts = &c.messages;
            if !(2..=12).contains(&texts.len()) {
                faults.push(format!("{}: {} messages", c.key, texts.len()));
            }
            if texts
                .first()
                .is_none_or(|m| m.kind != MessageKind::Incoming)
            {
                faults.push(format!("{}: does not begin with the contact", c.key));
            }
            if !texts.is_sorted_by(|a, b| a.minutes_ago > b.minutes_ago) {
                faults.push(format!("{}: times do not rise", c.key));
            }
            if texts.last().is_none_or(|m| m.minutes_ago == 0) {
                faults.push(format!("{}: in the future", c.key));
            }
            for m in texts {
                if (m.kind == MessageKind::Incoming) != m.by.is_none() {
                    faults.push(format!("{}: author of {:?}", c.key, m.text));
                }
            }
        }
    });
}

#[test]
fn texts_keep_below_the_limits_and_contacts_are_invented() {
    each_account(|account, faults| {
        let mut demand = |text: &str, limit: usize| {
            if text.trim() != text || text.is_empty() || text.chars().count() > limit {
                faults.push(format!("length or edges of {text:?}"));
            }
        };
        for c in &account.conversations {
            c.subject.iter().for_each(|s| demand(s, NAME_LIMIT));
            c.messages.iter().for_each(|m| demand(&m.text, TEXT_LIMIT));
        }
        for t in &account.tickets {
            demand(&t.name, NAME_LIMIT);
            for value in t.properties.values() {
                if let Value::String(text) = value {
                    demand(text, TEXT_LIMIT);
                }
            }
        }
        let reserved = ["example.com", "example.org", "example.net"];
        let users = account.profile.users.iter().map(|u| &u.email);
        let contacts = account.contacts.iter().filter_map(|c| c.email.as_ref());
        let inboxes = account.profile.inboxes.iter().map(|i| &i.address);
        for email in users.chain(contacts).chain(inboxes) {
            let domain = email.split_once('@').map_or("", |(_, domain)| domain);
            let parent = |r: &&str| domain == *r || domain.ends_with(&format!(".{r}"));
            if !reserved.iter().any(parent) {
                faults.push(format!("{email} may be somebody's"));
            }
        }
        // The ranges that the national regulators keep free for films and books.
        let fiction = [
            "+44 7700 900",
            "+44 20 7946 0",
            "+44 1632 960",
            "+1 212 555 01",
            "+1 206 555 01",
            "+1 415 555 01",
            "+1 312 555 01",
            "+49 30 23125 ",
            "+49 171 3920 0",
            "+49 176 0406 90",
            "+49 40 66969 ",
            "+49 69 90009 ",
            "+33 6 39 98 ",
            "+353 20 913 ",
        ];
        for phone in account.contacts.iter().filter_map(|c| c.phone.as_ref()) {
            if !fiction.iter().any(|range| phone.starts_with(range)) {
                faults.push(format!("{phone} may be somebody's"));
            }
        }
    });
}

fn fits(property: &Property, value: &Value) -> bool {
    let known = |v: &String| property.options.iter().any(|o| o.value == *v);
    match (property.kind, value) {
        (PropertyType::String | PropertyType::Text, Value::String(_))
        | (PropertyType::Number, Value::Number(_))
        | (PropertyType::Boolean, Value::Boolean(_))
        | (PropertyType::Date, Value::DateDaysAgo(_))
        | (PropertyType::DateTime, Value::DateTimeMinutesAgo(_)) => true,
        (PropertyType::Enumeration, Value::Option(v)) => known(v),
        (PropertyType::MultiEnumeration, Value::Options(vs)) => vs.iter().all(known),
        _ => false,
    }
}

#[test]
fn property_values_fit_their_definitions() {
    each_account(|account, faults| {
        let definitions = &account.profile.properties;
        for d in definitions {
            let listed = matches!(
                d.kind,
                PropertyType::Enumeration | PropertyType::MultiEnumeration
            );
            if listed == d.options.is_empty() {
                faults.push(format!("options of {}", d.name));
            }
        }
        let by_name: BTreeMap<_, _> = definitions.iter().map(|d| (&d.name, d)).collect();
        for t in &account.tickets {
            for (name, value) in &t.properties {
                if !by_name.get(name).is_some_and(|d| fits(d, value)) {
                    faults.push(format!("{}: {name} = {value:?}", t.key));
                }
            }
            // Rule 28: a ticket that the inbox created was asked for nothing.
            let by_hand = t.links.first().is_some_and(|l| l.by.is_some());
            for d in definitions.iter().filter(|d| d.required && by_hand) {
                if !t.properties.contains_key(&d.name) {
                    faults.push(format!("{}: lacks {}", t.key, d.name));
                }
            }
        }
    });
}

#[test]
fn rules_2_and_28_links_hold() {
    each_account(|account, faults| {
        let mut linked = BTreeSet::new();
        for link in account.tickets.iter().flat_map(|t| &t.links) {
            if !linked.insert(&link.conversation) {
                faults.push(format!("{} has two tickets", link.conversation));
            }
            let began = find(account, &link.conversation).map(Conversation::created_minutes_ago);
            let agrees = match link.by {
                Some(_) => began > Some(link.minutes_ago) && link.minutes_ago > 0,
                None => began == Some(link.minutes_ago),
            };
            if !agrees {
                faults.push(format!("{}: time of its link", link.conversation));
            }
        }
        for t in &account.tickets {
            if !t.links.is_sorted_by(|a, b| a.minutes_ago > b.minutes_ago) {
                faults.push(format!("{}: order of its links", t.key));
            }
        }
        if !account
            .tickets
            .is_sorted_by(|a, b| a.created_minutes_ago() >= b.created_minutes_ago())
        {
            faults.push(format!("{}: tickets not oldest first", account.profile.key));
        }
        for c in &account.conversations {
            let mut inboxes = account.profile.inboxes.iter();
            let automatic = inboxes.any(|i| i.key == c.inbox && i.creates_tickets);
            let links = account.tickets.iter().flat_map(|t| &t.links);
            let by_inbox = links
                .into_iter()
                .any(|l| l.conversation == c.key && l.by.is_none());
            if automatic != by_inbox {
                faults.push(format!("{}: rule 28", c.key));
            }
        }
    });
}

#[test]
fn rules_11_12_and_26_closings_hold() {
    each_account(|account, faults| {
        for c in &account.conversations {
            if let Some(closed) = &c.closed {
                let ended = c.last_activity_minutes_ago();
                if closed.minutes_ago == 0 || closed.minutes_ago > ended {
                    faults.push(format!("{}: a message after its closing", c.key));
                }
            }
        }
        for t in &account.tickets {
            if t.closed.is_some() != (category(account, t) == Some(StatusCategory::Closed)) {
                faults.push(format!("{}: closed or not?", t.key));
            }
            let Some(closed) = &t.closed else { continue };
            if closed.minutes_ago >= t.created_minutes_ago() {
                faults.push(format!("{}: closed before it was created", t.key));
            }
            for c in conversations_of(account, t) {
                // Only the contact's own word opens it again.
                let wrote_again = c
                    .messages
                    .iter()
                    .any(|m| m.kind == MessageKind::Incoming && m.minutes_ago < closed.minutes_ago);
                let was_closed = c
                    .closed
                    .as_ref()
                    .is_some_and(|own| own.minutes_ago >= closed.minutes_ago);
                if was_closed == wrote_again {
                    faults.push(format!("{}: its ticket is closed", c.key));
                }
            }
        }
    });
}

#[test]
fn rules_15_16_and_20_the_trash_holds_whole_groups() {
    each_account(|account, faults| {
        for c in &account.conversations {
            let ticket = ticket_of(account, c);
            if c.trashed.is_some() && ticket.is_some() {
                faults.push(format!("{}: its ticket says when it was trashed", c.key));
            }
            let group = ticket.map_or(c.trashed.as_ref(), |t| t.trashed.as_ref());
            let Some(trashed) = group else { continue };
            let last = c.messages.last().map_or(0, |m| m.minutes_ago);
            if trashed.minutes_ago >= last || trashed.minutes_ago >= RETENTION_MINUTES {
                faults.push(format!("{}: time of its trashing", c.key));
            }
        }
    });
}

#[test]
fn some_contacts_have_previous_conversations_and_some_things_nobody_owns() {
    each_account(|account, faults| {
        let mut written: BTreeMap<&String, usize> = BTreeMap::new();
        for c in &account.conversations {
            *written.entry(&c.contact).or_default() += 1;
        }
        let key = &account.profile.key;
        if written.values().filter(|n| **n > 1).count() < 5 {
            faults.push(format!("{key}: too few contacts come back"));
        }
        let nobodys = account.conversations.iter().filter(|c| c.owner.is_none());
        if nobodys.filter(|c| c.trashed.is_none()).count() < 2 {
            faults.push(format!("{key}: nothing to claim"));
        }
        let left = account.profile.users.iter().find(|u| !u.active);
        let owns = |c: &Conversation| c.owner.as_ref() == left.map(|u| &u.key);
        if !account.conversations.iter().any(owns) {
            faults.push(format!("{key}: who has left owns nothing"));
        }
    });
}
