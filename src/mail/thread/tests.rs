use super::*;
use crate::mail::Address;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn mail(id: &str, in_reply_to: &[&str], references: &[&str]) -> Mail {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Mail {
        message_id: id.to_owned(),
        in_reply_to: owned(in_reply_to),
        references: owned(references),
        from: Address {
            email: "a@example.com".to_owned(),
            name: None,
        },
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        subject: Some("Same subject".to_owned()),
        date: None,
        text: String::new(),
        attachments: Vec::new(),
        list_id: None,
        automatic: false,
    }
}

/// What an importer does: a store of ids with their threads, written at the end of each batch.
#[derive(Default)]
struct Store {
    ids: HashMap<String, (u32, bool)>,
    threads: u32,
}

impl Store {
    fn import(&mut self, batches: &[&[Mail]]) {
        let mut threader = Threader::new();
        for batch in batches {
            for id in threader.unknown(*batch) {
                if let Some((key, arrived)) = self.ids.get(id) {
                    threader.learn(id, *key, *arrived);
                }
            }
            let placed: Vec<Placement> = batch.iter().map(|mail| threader.place(mail)).collect();
            for (mail, placement) in batch.iter().zip(placed) {
                if placement.repeated {
                    continue;
                }
                let key = threader.key(placement.thread).copied().unwrap_or_else(|| {
                    self.threads += 1;
                    threader.stored(placement.thread, self.threads);
                    self.threads
                });
                for id in mail.thread_ids() {
                    let entry = self.ids.entry(id.to_owned()).or_insert((key, false));
                    if id == mail.message_id {
                        *entry = (key, true);
                    }
                }
            }
        }
    }

    fn threads(&self) -> BTreeSet<BTreeSet<&str>> {
        let mut threads: HashMap<u32, BTreeSet<&str>> = HashMap::new();
        for (id, (key, arrived)) in &self.ids {
            if *arrived {
                threads.entry(*key).or_default().insert(id);
            }
        }
        threads.into_values().collect()
    }
}

fn sets<'a>(threads: &[&[&'a str]]) -> BTreeSet<BTreeSet<&'a str>> {
    threads
        .iter()
        .map(|thread| thread.iter().copied().collect())
        .collect()
}

#[test]
fn same_subject_alone_joins_nothing() {
    let mut store = Store::default();
    store.import(&[&[mail("1", &[], &[]), mail("2", &[], &[])]]);
    assert_eq!(store.threads(), sets(&[&["1"], &["2"]]));
}

#[test]
fn reply_before_its_parent_in_any_batch() {
    let (parent, reply) = (mail("parent", &[], &[]), mail("reply", &["parent"], &[]));
    let joined = sets(&[&["parent", "reply"]]);
    let mut store = Store::default();
    store.import(&[&[reply.clone(), parent.clone()]]);
    assert_eq!(store.threads(), joined, "one batch");
    let mut store = Store::default();
    store.import(&[std::slice::from_ref(&reply), std::slice::from_ref(&parent)]);
    assert_eq!(store.threads(), joined, "two batches");
    let mut store = Store::default();
    store.import(&[&[reply]]);
    store.import(&[&[parent]]);
    assert_eq!(store.threads(), joined, "two imports");
}

#[test]
fn siblings_of_a_parent_that_never_comes() {
    let mut store = Store::default();
    store.import(&[&[mail("a", &["lost"], &[])]]);
    store.import(&[&[mail("b", &[], &["lost"])]]);
    assert_eq!(store.threads(), sets(&[&["a", "b"]]));
}

#[test]
fn later_message_joins_two_threads_that_are_not_stored() {
    let batch = [
        mail("a", &[], &[]),
        mail("b", &[], &[]),
        mail("c", &["a"], &["b"]),
    ];
    let mut store = Store::default();
    store.import(&[&batch]);
    assert_eq!(store.threads(), sets(&[&["a", "b", "c"]]));
}

#[test]
fn of_two_stored_threads_the_oldest_gets_the_joining_message() {
    let mut store = Store::default();
    store.import(&[&[mail("a", &[], &[])], &[mail("b", &[], &[])]]);
    store.import(&[&[mail("c", &["b"], &["a", "new"])]]);
    assert_eq!(store.threads(), sets(&[&["a", "c"], &["b"]]));
    // Replies go where their parents are.
    store.import(&[&[mail("d", &["b"], &[]), mail("e", &["new"], &[])]]);
    assert_eq!(store.threads(), sets(&[&["a", "c", "e"], &["b", "d"]]));
}

#[test]
fn unstored_thread_joins_a_stored_one() {
    let mut store = Store::default();
    store.import(&[&[mail("a", &[], &[])]]);
    store.import(&[&[mail("x", &[], &[]), mail("y", &["x"], &["a"])]]);
    assert_eq!(store.threads(), sets(&[&["a", "x", "y"]]));
}

#[test]
fn second_copy_is_repeated_even_if_it_names_others() {
    let mut threader: Threader<u32> = Threader::new();
    assert!(!threader.place(&mail("a", &[], &[])).repeated);
    threader.place(&mail("b", &[], &[]));
    assert!(threader.place(&mail("a", &["b"], &[])).repeated);
    threader.learn("c", 7, true);
    threader.learn("d", 7, false);
    assert!(threader.place(&mail("c", &[], &[])).repeated);
    let first = threader.place(&mail("d", &[], &[]));
    assert!(!first.repeated);
    assert_eq!(threader.key(first.thread), Some(&7));
}

/// Conversations as they are: each message but the first of a thread answers an earlier one and
/// names some of its ancestors, the nearest in any case.
fn conversations() -> impl Strategy<Value = Vec<Mail>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, 0_usize..5), 1..40).prop_map(
        |choices| {
            let mut parents: Vec<Option<usize>> = Vec::new();
            let mut mails: Vec<Mail> = Vec::new();
            for (number, (parent, kind, kept)) in choices.into_iter().enumerate() {
                let parent = (kind > 0 && number > 0).then(|| parent.index(number));
                let mut ancestors = Vec::new();
                let mut at = parent;
                while let Some(ancestor) = at {
                    ancestors.push(mails[ancestor].message_id.clone());
                    at = parents[ancestor];
                }
                ancestors.truncate(kept.max(1));
                let mut new = mail(&format!("{number}@x"), &[], &[]);
                if kind == 2 {
                    new.in_reply_to = ancestors.iter().take(1).cloned().collect();
                } else {
                    new.references = ancestors.into_iter().rev().collect();
                }
                parents.push(parent);
                mails.push(new);
            }
            mails
        },
    )
}

/// The threads by definition: connected by the ids that the messages name.
fn connected(mails: &[Mail]) -> BTreeSet<BTreeSet<&str>> {
    let mut threads: Vec<(BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
    for mail in mails {
        let mut ids: BTreeSet<&str> = mail.thread_ids().collect();
        let mut members = BTreeSet::from([mail.message_id.as_str()]);
        threads.retain(|(other_ids, other_members)| {
            let apart = other_ids.is_disjoint(&ids);
            if !apart {
                ids.extend(other_ids);
                members.extend(other_members);
            }
            apart
        });
        threads.push((ids, members));
    }
    threads.into_iter().map(|(_, members)| members).collect()
}

proptest! {
    #[test]
    fn order_within_a_batch_does_not_matter(
        (mails, shuffled) in conversations().prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle()))
    ) {
        let mut store = Store::default();
        store.import(&[&shuffled]);
        prop_assert_eq!(store.threads(), connected(&mails));
    }

    #[test]
    fn imports_in_parts_and_again_make_the_same_threads(
        mails in conversations(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 3)
    ) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(mails.len() + 1)).collect();
        at.sort_unstable();
        let (a, b, c) = (at[0], at[1], at[2]);
        let mut store = Store::default();
        store.import(&[&mails[..a], &mails[a..b]]);
        store.import(&[&mails[b..c]]);
        // Resumed from too early a position.
        store.import(&[&mails[a..], &mails]);
        prop_assert_eq!(store.threads(), connected(&mails));
    }
}
