//! Persisted documents: clients name a document by the SHA-256 of its text instead of sending it.
//!
//! The protocol is Apollo's: `extensions.persistedQuery` with `version` 1 and `sha256Hash`. Known are the documents of a
//! manifest, and those that a client has sent together with their hash, as many as there is room for. A server can be
//! told to take those of the manifest only.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Request, ServerError, Value};
use sha2::{Digest, Sha256};

use super::{
    kept::{Kept, Room},
    problem::{code, server_error},
};

/// How much is remembered beside the manifest.
const ROOM: Room = Room {
    things: 1_000,
    bytes_of_one: 64 << 10,
    bytes: 8 << 20,
};

/// Whether documents may be named by their hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persisted {
    /// Not at all.
    Off,
    /// Those of the manifest, and those that clients have sent before.
    Automatic,
    /// Those of the manifest; everything else is refused.
    Only,
}

/// Documents by their hash, in lower-case hexadecimal digits.
pub type Manifest = BTreeMap<String, Arc<str>>;

/// The hash of a document.
#[must_use]
pub fn hash(document: &str) -> String {
    let digest = Sha256::digest(document.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The documents that a server knows.
#[derive(Debug)]
pub(crate) struct Documents {
    mode: Persisted,
    manifest: Arc<Manifest>,
    /// What clients have sent, by its hash.
    sent: Kept<Arc<str>>,
}

impl Documents {
    pub fn new(mode: Persisted, manifest: Arc<Manifest>) -> Self {
        Self {
            mode,
            manifest,
            sent: Kept::new(ROOM),
        }
    }

    /// Puts the text into a request that only has its hash; refuses what may not be run. What came with its hash is
    /// remembered.
    pub fn resolve(&self, request: &mut Request) -> Result<(), ServerError> {
        if let Some(named) = self.look_up(request)? {
            self.remember(&named, &request.query);
        }
        Ok(())
    }

    /// As [`resolve`](Self::resolve), but remembers nothing: strangers could push out what others have sent. Gives the
    /// hash that is worth remembering.
    pub fn look_up(&self, request: &mut Request) -> Result<Option<String>, ServerError> {
        let Some(named) = named(request)? else {
            return match self.mode {
                Persisted::Only if !self.manifest.contains_key(&hash(&request.query)) => {
                    Err(not_in_list())
                }
                _ => Ok(None),
            };
        };
        if self.mode == Persisted::Off {
            // A text beside the hash is run as it is; clients then leave the hash out.
            return match request.query.is_empty() {
                true => Err(server_error(
                    code::PERSISTED_QUERY_NOT_SUPPORTED,
                    "PersistedQueryNotSupported",
                )),
                false => Ok(None),
            };
        }
        if request.query.is_empty() {
            request.query = self.find(&named)?.to_string();
            return Ok(None);
        }
        if hash(&request.query) != named {
            return Err(server_error(
                code::BAD_REQUEST,
                "The document's SHA-256 is not the `sha256Hash` that came with it.",
            ));
        }
        match self.mode {
            Persisted::Only if !self.manifest.contains_key(&named) => Err(not_in_list()),
            Persisted::Automatic => Ok(Some(named)),
            _ => Ok(None),
        }
    }

    fn find(&self, hash: &str) -> Result<Arc<str>, ServerError> {
        if let Some(document) = self.manifest.get(hash) {
            return Ok(document.clone());
        }
        if self.mode == Persisted::Only {
            return Err(not_in_list());
        }
        self.sent
            .get(hash)
            .ok_or_else(|| server_error(code::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound"))
    }

    fn remember(&self, hash: &str, document: &str) {
        if !self.manifest.contains_key(hash) {
            self.sent.keep(hash, document.into(), document.len());
        }
    }
}

fn not_in_list() -> ServerError {
    server_error(
        code::PERSISTED_QUERY_NOT_IN_LIST,
        "This server runs only the documents of its list, and this is none of them.",
    )
}

/// The hash that a request names, if it does.
fn named(request: &Request) -> Result<Option<String>, ServerError> {
    let Some(extension) = request.extensions.get("persistedQuery") else {
        return Ok(None);
    };
    let hash = match extension {
        Value::Object(fields) => match fields.get("sha256Hash") {
            Some(Value::String(hash)) => Some(hash.to_ascii_lowercase()),
            _ => None,
        },
        _ => None,
    };
    hash.map(Some).ok_or_else(|| {
        server_error(
            code::BAD_REQUEST,
            "`extensions.persistedQuery` must be an object with the text `sha256Hash`.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::value;

    fn request(query: &str, hash: Option<&str>) -> Request {
        let mut request = Request::new(query);
        if let Some(hash) = hash {
            let persisted = value!({ "version": 1, "sha256Hash": hash });
            request
                .extensions
                .insert("persistedQuery".into(), persisted);
        }
        request
    }

    fn run(documents: &Documents, query: &str, hash: Option<&str>) -> Result<String, String> {
        let mut request = request(query, hash);
        let refusal = |error: ServerError| {
            let extensions = error.extensions.unwrap();
            extensions.get("code").unwrap().to_string().replace('"', "")
        };
        documents.resolve(&mut request).map_err(refusal)?;
        Ok(request.query)
    }

    #[test]
    fn the_hash_is_the_one_that_clients_make() {
        // echo -n '{__typename}' | sha256sum
        let known = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
        assert_eq!(hash("{__typename}"), known);
    }

    #[test]
    fn a_document_is_known_once_it_was_sent() {
        let documents = Documents::new(Persisted::Automatic, Arc::default());
        let of_a = hash("{ a }");
        let missing = Err(code::PERSISTED_QUERY_NOT_FOUND.to_owned());
        assert_eq!(run(&documents, "", Some(&of_a)), missing);
        assert_eq!(run(&documents, "{ a }", Some(&of_a)), Ok("{ a }".into()));
        assert_eq!(run(&documents, "", Some(&of_a)), Ok("{ a }".into()));
        assert_eq!(
            run(&documents, "", Some(&of_a.to_uppercase())),
            Ok("{ a }".into())
        );
        let wrong = run(&documents, "{ b }", Some(&of_a));
        assert_eq!(
            wrong,
            Err(code::BAD_REQUEST.to_owned()),
            "nobody changes what a hash means"
        );
        assert_eq!(run(&documents, "{ c }", None), Ok("{ c }".into()));
        assert_eq!(
            run(&documents, "", Some(&hash("{ c }"))),
            missing,
            "it came without its hash"
        );
    }

    #[test]
    fn only_so_much_is_remembered() {
        let documents = Documents::new(Persisted::Automatic, Arc::default());
        let text = |n: usize| format!("{{ a{n} }}");
        for n in 0..=ROOM.things {
            run(&documents, &text(n), Some(&hash(&text(n)))).unwrap();
        }
        assert!(
            run(&documents, "", Some(&hash(&text(0)))).is_err(),
            "the oldest gave way"
        );
        run(&documents, "", Some(&hash(&text(ROOM.things)))).unwrap();
        let long = format!("{{ a }} #{}", "x".repeat(ROOM.bytes_of_one));
        run(&documents, &long, Some(&hash(&long))).unwrap();
        assert!(run(&documents, "", Some(&hash(&long))).is_err());
    }

    #[test]
    fn a_list_can_be_all_there_is() {
        let manifest = Manifest::from([(hash("{ a }"), "{ a }".into())]);
        let documents = Documents::new(Persisted::Only, Arc::new(manifest));
        let (of_a, of_b) = (hash("{ a }"), hash("{ b }"));
        let refused = Err(code::PERSISTED_QUERY_NOT_IN_LIST.to_owned());
        assert_eq!(run(&documents, "", Some(&of_a)), Ok("{ a }".into()));
        assert_eq!(run(&documents, "{ a }", None), Ok("{ a }".into()));
        assert_eq!(run(&documents, "{ b }", None), refused);
        assert_eq!(run(&documents, "{ b }", Some(&of_b)), refused);
        assert_eq!(run(&documents, "", Some(&of_b)), refused);
    }

    #[test]
    fn where_it_is_off_clients_are_told_so() {
        let documents = Documents::new(Persisted::Off, Arc::default());
        let of_a = hash("{ a }");
        let refused = Err(code::PERSISTED_QUERY_NOT_SUPPORTED.to_owned());
        assert_eq!(run(&documents, "", Some(&of_a)), refused);
        assert_eq!(run(&documents, "{ a }", Some(&of_a)), Ok("{ a }".into()));
        let mut odd = Request::new("{ a }");
        odd.extensions.insert("persistedQuery".into(), value!("x"));
        assert!(documents.resolve(&mut odd).is_err());
    }
}
