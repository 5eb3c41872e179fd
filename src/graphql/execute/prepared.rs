//! What is known of a document before it is executed again.

use std::sync::Arc;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, Response};

use super::field_order::Asked;
use super::{Types, nulls};
use crate::graphql::Schema;
use crate::graphql::operation::meant;
use crate::graphql::state::RequestState;
use crate::graphql::turns::Turns;

/// A document that is executed again and again: what is to be known of it is found once.
pub struct Prepared {
    pub(super) document: ExecutableDocument,
    pub(super) operation: Option<String>,
    asked: Asked,
}

impl Prepared {
    /// Of a document and which of its operations is meant.
    #[must_use]
    pub fn new(document: ExecutableDocument, operation: Option<&str>) -> Self {
        Self {
            asked: Asked::of(&document, operation),
            operation: operation.map(str::to_owned),
            document,
        }
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &ExecutableDocument {
        &self.document
    }

    /// Makes a state one of the document's; its resolvers take these turns.
    pub(super) fn turns(&self, state: &mut RequestState) -> Arc<Turns> {
        // What is merged must be there in parts.
        state.write_rows(!self.asked.merges());
        state.turns()
    }

    /// Whether nothing is written by it.
    pub(super) fn is_query(&self) -> bool {
        let operation = meant(&self.document, self.operation.as_deref());
        operation.is_some_and(|operation| operation.ty == OperationType::Query)
    }

    /// The same query again. What the transport says of the client is for commands.
    pub(super) fn again(&self, first: &Request) -> Request {
        let mut request = Request::new("").variables(first.variables.clone());
        request.set_parsed_query(self.document.clone());
        request.operation_name.clone_from(&self.operation);
        request
    }

    /// What async-graphql leaves to be done for a response to be what the specification wants.
    pub(super) fn finish(&self, schema: &Schema, mut response: Response) -> Response {
        if let Some(types) = schema.data::<Types>()
            && !response.errors.is_empty()
        {
            let operation = self.operation.as_deref();
            nulls::propagate(types, &self.document, operation, &mut response);
        }
        self.asked.order(&mut response.data);
        response
    }
}
