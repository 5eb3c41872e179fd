//! Executing one request.

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response, Value};

use super::Schema;
use super::limits::Limits;
use super::state::RequestState;

mod field_order;

/// Executes a query or mutation for the viewer of the state: holds it against the limits, reads level by level, and
/// answers the fields in the order in which they were asked for.
pub async fn execute(
    schema: &Schema,
    mut request: Request,
    limits: &Limits,
    state: RequestState,
) -> Response {
    let document: ExecutableDocument = match request.parsed_query() {
        Ok(document) => match limits.check(document) {
            Ok(()) => document.clone(),
            Err(error) => return refused(error.into_graphql()),
        },
        // The schema says what is wrong, and where.
        Err(_) => return schema.execute(request).await,
    };
    let operation = request.operation_name.clone();
    let turns = state.turns();
    let mut response = turns.drive(schema.execute(request.data(state))).await;
    let data = std::mem::replace(&mut response.data, Value::Null);
    response.data = field_order::ordered(data, &document, operation.as_deref());
    response
}

fn refused(error: async_graphql::Error) -> Response {
    Response::from_errors(vec![error.into_server_error(async_graphql::Pos::default())])
}
