//! Ids of inputs: one that cannot be finds nothing, and the message says which.

use async_graphql::ID;

use crate::domain::id::IdError;
use crate::domain::refusal::{ErrorCode, Refusal};

/// Reads an id that must be there.
///
/// # Errors
/// `NOT_FOUND`, naming the field and what is wrong with the id.
pub fn one<T>(
    parse: impl Fn(&str) -> Result<T, IdError>,
    id: &ID,
    field: &str,
) -> Result<T, Refusal> {
    parse(id.as_str()).map_err(|error| {
        Refusal::at(
            ErrorCode::NotFound,
            field,
            format!("Nothing is found: {error}."),
        )
    })
}

/// Reads an id that may be left out.
///
/// # Errors
/// As [`one`].
pub fn maybe<T>(
    parse: impl Fn(&str) -> Result<T, IdError>,
    id: Option<&ID>,
    field: &str,
) -> Result<Option<T>, Refusal> {
    id.map(|id| one(parse, id, field)).transpose()
}
