//! The list of documents that clients may name by their hash, as the common tools write it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::http::{Manifest, document_hash};

/// Apollo's manifest has a list of operations; Relay's is an object of documents by their hash.
#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Apollo { operations: Vec<Operation> },
    Relay(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    body: String,
}

/// Reads a list. The hashes are made anew from the texts: Relay's are of another kind unless it is told SHA-256.
pub(super) fn read(path: &Path) -> Result<Manifest> {
    let refuse =
        |why: String| Error::Internal(format!("the list of documents {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let file = serde_json::from_str(&text).map_err(|_unfit| {
        refuse("it is neither Apollo's manifest nor Relay's object of texts".to_owned())
    })?;
    let bodies: Vec<String> = match file {
        File::Apollo { operations } => operations.into_iter().map(|one| one.body).collect(),
        File::Relay(texts) => texts.into_values().collect(),
    };
    let named = |body: String| (document_hash(&body), body.into());
    Ok(bodies.into_iter().map(named).collect())
}
