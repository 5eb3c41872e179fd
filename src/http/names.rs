//! Names of operations, as far as they go into metrics. Clients choose them, so there is a bound: each name is a series
//! of its own that metrics keep for ever.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

/// The most names that are kept apart. An application of some size has fewer.
const MOST: usize = 200;
/// In bytes; longer ones are not a person's.
const LONGEST: usize = 60;

static KNOWN: LazyLock<RwLock<HashSet<Arc<str>>>> = LazyLock::new(RwLock::default);
static ANONYMOUS: LazyLock<Arc<str>> = LazyLock::new(|| "anonymous".into());
static OTHER: LazyLock<Arc<str>> = LazyLock::new(|| "other".into());

/// The label for a name: itself, for the first [`MOST`] that come, else `other`; `anonymous` where there is none.
pub(crate) fn label(name: Option<&str>) -> Arc<str> {
    let Some(name) = name else {
        return ANONYMOUS.clone();
    };
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(label) = known.get(name) {
        return label.clone();
    }
    let room = known.len() < MOST;
    drop(known);
    if !room || name.len() > LONGEST || !is_name(name) {
        return OTHER.clone();
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST {
        return OTHER.clone();
    }
    let label: Arc<str> = name.into();
    known.insert(label.clone());
    label
}

/// A name of GraphQL (specification, 2.1.9).
fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_bound() {
        assert_eq!(&*label(None), "anonymous");
        assert_eq!(&*label(Some("Inbox")), "Inbox");
        assert_eq!(&*label(Some(&"x".repeat(61))), "other");
        assert_eq!(&*label(Some("a b")), "other");
        let all: HashSet<_> = (0..1_000)
            .map(|n| label(Some(&format!("Made_up_{n}"))))
            .collect();
        assert!(all.len() <= MOST + 1, "{}", all.len());
        assert_eq!(&*label(Some("Inbox")), "Inbox", "who came first stays");
    }
}
