//! The house keeps its order: each room of `src/` uses only rooms that stand above it in [`ROOMS`], and only those that
//! it lists. What a room needs is to be seen here, not to be found out.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use source::{Word, words};

/// The rooms from the ground up, each with those it uses. A list names only rooms above its own line, so there can be
/// no circle; a permission that nobody uses is taken off.
const ROOMS: &[(&str, &[&str])] = &[
    // Pure: no database, no runtime, no clock.
    ("domain", &[]),
    ("demo", &[]),
    ("mail", &[]),
    // The transports know nothing of what they carry.
    ("http", &[]),
    ("pages", &[]),
    ("identity", &[]),
    // At the side.
    ("telemetry", &[]),
    ("error", &["domain"]),
    ("config", &["domain"]),
    // From the database to the API.
    ("store", &["domain", "error"]),
    ("service", &["domain", "error", "store"]),
    ("realtime", &["domain", "error", "store"]),
    ("graphql", &["domain", "error", "service", "store"]),
    (
        "bulk",
        &["demo", "domain", "error", "mail", "service", "store"],
    ),
    // Everything put together.
    (
        "app",
        &[
            "config",
            "domain",
            "error",
            "graphql",
            "http",
            "identity",
            "pages",
            "realtime",
            "service",
            "store",
            "telemetry",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "bulk",
            "config",
            "demo",
            "domain",
            "graphql",
            "http",
            "pages",
            "service",
            "store",
            "telemetry",
        ],
    ),
    ("main", &["cli"]),
];

/// Libraries that only some rooms may know, so that each could be replaced in one place.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("diesel", &["store", "error"]),
    ("diesel_async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("async_graphql", &["graphql", "http", "app", "error"]),
    ("async_graphql_axum", &["http"]),
    ("async_nats", &["realtime"]),
    ("axum", &["http", "pages", "app"]),
    ("argon2", &["service"]),
    ("jsonwebtoken", &["identity"]),
    ("reqwest", &["identity"]),
    ("clap", &["cli"]),
    ("mail_parser", &["mail"]),
    ("rust_embed", &["pages"]),
];

/// What the pure rooms may not say: anything that waits, looks at the clock, or draws lots.
const IMPURE: &[&str] = &[
    "tokio::",
    "futures_util::",
    "getrandom::",
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "Utc::now",
    "Local::now",
    "Instant::now",
    "SystemTime::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
];

struct Source {
    path: PathBuf,
    room: String,
    /// How many modules deep the file itself is: 1 for `src/domain.rs` and `src/domain/mod.rs`.
    depth: usize,
    words: Vec<Word>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(&root).unwrap().with_extension("");
            let mut parts: Vec<_> = relative
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if parts.len() > 1 && parts.last().unwrap() == "mod" {
                parts.pop();
            }
            found.push(Source {
                words: words(&fs::read_to_string(&path).unwrap()),
                room: parts[0].clone(),
                depth: parts.len(),
                path,
            });
        }
    }
    assert!(found.len() > 100, "the sources were not found");
    found
}

/// The rooms that a file names: after `crate::` or the library's own name, one or a group of them.
fn named(source: &Source) -> BTreeSet<String> {
    let own = if source.room == "main" {
        "tandem"
    } else {
        "crate"
    };
    let words = &source.words;
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let mut found = BTreeSet::new();
    for at in 0..words.len() {
        if text(at) != own || text(at + 1) != "::" {
            continue;
        }
        if text(at + 2) != "{" {
            found.insert(text(at + 2).to_owned());
            continue;
        }
        let (mut depth, mut next) = (1, at + 3);
        while depth > 0 {
            match text(next) {
                "{" => depth += 1,
                "}" => depth -= 1,
                name if depth == 1 && matches!(text(next - 1), "{" | ",") && text(next) != "," => {
                    found.insert(name.to_owned());
                }
                _ => {}
            }
            next += 1;
        }
    }
    found
}

#[test]
fn each_room_uses_only_rooms_below_it() {
    let (mut used, mut wrong) = (BTreeMap::<String, BTreeSet<String>>::new(), Vec::new());
    let known: BTreeSet<_> = ROOMS.iter().map(|(room, _)| *room).collect();
    for source in sources().iter().filter(|source| source.room != "lib") {
        assert!(
            known.contains(source.room.as_str()),
            "give `{}` its place in ROOMS",
            source.room
        );
        let others = named(source)
            .into_iter()
            .filter(|name| *name != source.room);
        for name in others {
            let may = ROOMS.iter().find(|(room, _)| *room == source.room);
            if !may.is_some_and(|(_, rooms)| rooms.contains(&name.as_str())) {
                wrong.push(format!("{} uses {name}", source.path.display()));
            }
            used.entry(source.room.clone()).or_default().insert(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (place, (room, rooms)) in ROOMS.iter().enumerate() {
        for other in *rooms {
            let below = ROOMS[..place].iter().any(|(name, _)| name == other);
            assert!(below, "{room} may not list {other}, which is not below it");
            let is_used = used.get(*room).is_some_and(|names| names.contains(*other));
            assert!(
                is_used,
                "{room} no longer uses {other}: take it off the list"
            );
        }
    }
}

/// A path of `super`s that leaves its room would go round the check above.
#[test]
fn no_path_leaves_its_room_by_super() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.depth > 0) {
        let mut at = 0;
        while at < source.words.len() {
            let start = at;
            let mut supers = 0;
            while source
                .words
                .get(at)
                .is_some_and(|word| word.text == "super")
                && source
                    .words
                    .get(at + 1)
                    .is_some_and(|word| word.text == "::")
            {
                supers += 1;
                at += 2;
            }
            if supers > 0 && supers >= source.depth + source.words[start].inner_modules {
                wrong.push(format!(
                    "{}: write `crate::` instead",
                    source.path.display()
                ));
            }
            at = at.max(start + 1);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn libraries_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for pair in source.words.windows(2) {
            let known = LIBRARIES
                .iter()
                .find(|(name, _)| pair[0].text == *name && pair[1].text == "::");
            if let Some((name, rooms)) = known
                && !rooms.contains(&source.room.as_str())
            {
                wrong.push(format!("{} knows {name}", source.path.display()));
            }
        }
        // In scope it hides `execute` of the schema, and every statement belongs into the store anyhow.
        if source.room != "store" && source.words.iter().any(|word| word.text == "RunQueryDsl") {
            wrong.push(format!("{} runs statements", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_pure_rooms_are_pure() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !matches!(source.room.as_str(), "domain" | "demo") {
            continue;
        }
        // Its unit tests may.
        let said = source.words.iter().filter(|word| word.inner_modules == 0);
        let said: Vec<_> = said.map(|word| word.text.as_str()).collect();
        let joined = said.join("\u{1}");
        for phrase in IMPURE {
            let parts = phrase.replace("::", "\u{1}::\u{1}");
            let parts = parts.trim_end_matches('\u{1}');
            if format!("\u{1}{joined}\u{1}").contains(&format!("\u{1}{parts}\u{1}")) {
                wrong.push(format!("{} says {phrase}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
