//! What a request is held against before any work is done for it: the limits, and what its viewer may.

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Pos, Request, ServerError};

use super::Types;
use crate::domain::access::Viewer;
use crate::error::Error;
use crate::graphql::Schema;
use crate::graphql::cost::cost;
use crate::graphql::gate::permit;
use crate::graphql::limits::Limits;
use crate::graphql::operation::meant;
use crate::graphql::variables::{check_variables, leave_out};

/// A request that was held against the limits and what its viewer may.
pub struct Checked {
    /// Its document.
    pub document: ExecutableDocument,
    /// What it costs.
    pub cost: u64,
}

/// Holds a request against the limits and what the viewer may, before any work is done for it; returns it parsed.
///
/// # Errors
/// What is wrong with the text, that it asks for too much, or for what the viewer may not ask.
pub fn check(
    schema: &Schema,
    viewer: &Viewer,
    request: &mut Request,
) -> Result<Checked, ServerError> {
    may_ask(schema, viewer, request)?;
    let document = request.parsed_query()?.clone();
    let cost = hold(schema, &document, request)?;
    Ok(Checked { document, cost })
}

/// Holds what may be asked against the limits, with its variables; returns what it costs.
pub(super) fn hold(
    schema: &Schema,
    document: &ExecutableDocument,
    request: &mut Request,
) -> Result<u64, ServerError> {
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    limits.check_lists(&request.variables).map_err(shown)?;
    check_variables(schema, document, request)?;
    leave_out(request);
    let operation = meant(document, request.operation_name.as_deref());
    let cost = match (operation, schema.data::<Types>()) {
        (Some(operation), Some(types)) => {
            cost(types, &limits, document, operation, &request.variables)
        }
        // Which operation is meant is for the execution to ask.
        _ => 0,
    };
    limits.check_cost(cost).map_err(shown)?;
    Ok(cost)
}

/// Whether the viewer may ask for what an operation has at its root. Its text is held against the limits first, since
/// also strangers are looked at so: fragments that double would else be followed for ever.
///
/// # Errors
/// What is wrong with the text, that there is too much of it, or `FORBIDDEN`.
pub fn may_ask(schema: &Schema, viewer: &Viewer, request: &mut Request) -> Result<(), ServerError> {
    let name = request.operation_name.clone();
    let document = request.parsed_query()?;
    let limits = schema.data::<Limits>().copied().unwrap_or_default();
    limits.check(document).map_err(shown)?;
    permitted(schema, viewer, document, name.as_deref())
}

/// Whether the viewer may ask for what an operation has at its root.
pub(super) fn permitted(
    schema: &Schema,
    viewer: &Viewer,
    document: &ExecutableDocument,
    operation: Option<&str>,
) -> Result<(), ServerError> {
    let unknown = Types::default();
    let types = schema.data::<Types>().unwrap_or(&unknown);
    permit(types, viewer, document, operation).map_err(shown)
}

fn shown(error: Error) -> ServerError {
    error.into_graphql().into_server_error(Pos::default())
}
