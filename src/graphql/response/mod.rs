//! What async-graphql 7 leaves to be done for a response to be what the specification wants.
//!
//! - It answers fields in the order in which they finish (its issue 612); the specification wants the query's.
//! - It leaves out a non-null field that failed; the specification wants the nearest nullable parent to be null.

mod nulls;
mod order;

use async_graphql::Response;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};

pub use nulls::Types;

/// Puts a response right. Without a document, one that could not be parsed, there is no data to put right.
pub fn finish(types: &Types, document: Option<&ExecutableDocument>, name: Option<&str>, response: &mut Response) {
    let Some(document) = document else { return };
    let Some(operation) = operation(document, name) else { return };
    if !response.errors.is_empty() {
        nulls::propagate(types, document, operation, response);
    }
    order::order(document, operation, &mut response.data);
}

/// The operation that a request asks for.
#[must_use]
pub fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    let mut found = document.operations.iter().filter(|(found, _)| match name {
        Some(wanted) => found.is_some_and(|found| found == wanted),
        None => true,
    });
    found.next().map(|(_, definition)| &definition.node)
}
