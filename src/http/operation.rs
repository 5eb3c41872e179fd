//! One operation, ready to run: its document read, its kind known, its variables there.

use std::{sync::Arc, time::Instant};

use async_graphql::{
    Request, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};

use super::{
    documents::Documents,
    kept::{Kept, Room},
    known::Known,
    limits::Limits,
    nesting::nests_deeper_than,
    problem::{code, server_error, with_code},
    variables,
};

/// A request and what it does.
#[derive(Debug)]
pub(crate) struct Operation {
    pub request: Request,
    pub kind: Kind,
    /// What it is called, also where the request does not say because the document has only this one.
    pub name: Option<String>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Subscription,
}

impl Kind {
    /// The name in metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// How many documents are kept as they were read: frontends ask with the same few all day, and reading one takes longer
/// than copying it (`benches/screens`). Read, a document takes some twenty times the memory of its text.
const ROOM: Room = Room {
    things: 1_000,
    bytes_of_one: 16 << 10,
    bytes: 512 << 10,
};

/// How documents are read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// As `Limits::nesting`.
    nesting: usize,
    documents: Documents,
    read: Kept<Arc<Read>>,
}

/// A document that was read before.
#[derive(Debug)]
struct Read {
    document: ExecutableDocument,
    known: Known,
}

impl Reading {
    pub fn new(limits: &Limits) -> Self {
        Self {
            nesting: limits.nesting,
            documents: Documents::new(limits.persisted, limits.manifest.clone()),
            read: Kept::new(ROOM),
        }
    }

    /// Has the request's document read; true where it was known.
    fn read(&self, request: &mut Request) -> Result<bool, ServerError> {
        if let Some(read) = self.read.get(&request.query) {
            request.set_parsed_query(read.document.clone());
            request.data.insert(read.known.clone());
            return Ok(true);
        }
        let nesting = self.nesting;
        if nests_deeper_than(nesting, &request.query) {
            return Err(server_error(
                code::GRAPHQL_PARSE_FAILED,
                format!("The document nests deeper than {nesting} levels."),
            ));
        }
        request.parsed_query().map_err(|mut error| {
            error.extensions = Some(with_code(None, code::GRAPHQL_PARSE_FAILED));
            error
        })?;
        Ok(false)
    }

    fn keep(&self, request: &mut Request) {
        let text = std::mem::take(&mut request.query);
        if let Ok(document) = request.parsed_query() {
            let (document, known) = (document.clone(), Known::default());
            request.data.insert(known.clone());
            let read = Arc::new(Read { document, known });
            self.read.keep(&text, read, text.len());
        }
        request.query = text;
    }
}

impl Operation {
    /// Reads the document; an error is a request error, to be told in the way of the transport.
    pub fn prepare(mut request: Request, reading: &Reading) -> Result<Self, ServerError> {
        let begun = Instant::now();
        let resolved = reading.documents.resolve(&mut request);
        let prepared = resolved.and_then(|()| {
            if !reading.read(&mut request)? {
                reading.keep(&mut request);
            }
            Self::of(request)
        });
        metrics::histogram!("tandem_stage_seconds", "stage" => "parse").record(begun.elapsed());
        prepared
    }

    /// As [`prepare`](Self::prepare), and no trace of it stays.
    pub fn prepare_for_stranger(
        mut request: Request,
        reading: &Reading,
    ) -> Result<Self, ServerError> {
        reading.documents.look_up(&mut request)?;
        reading.read(&mut request)?;
        Self::of(request)
    }

    /// Something for the backend to know with the request.
    pub fn with(mut self, data: impl std::any::Any + Send + Sync) -> Self {
        self.request = self.request.data(data);
        self
    }

    /// Of a request whose document is read.
    fn of(mut request: Request) -> Result<Self, ServerError> {
        let name = request.operation_name.clone();
        let variables = std::mem::take(&mut request.variables);
        let document = request.parsed_query()?;
        let operation = named(document, name.as_deref())?;
        variables::check(&operation.variable_definitions, &variables)?;
        let kind = operation.ty.into();
        let name = name.or_else(|| only_name(document));
        request.variables = variables;
        Ok(Self {
            request,
            kind,
            name,
        })
    }
}

impl From<OperationType> for Kind {
    fn from(ty: OperationType) -> Self {
        match ty {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

/// The operation that is asked for (specification, 6.1, "GetOperation").
fn named<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, ServerError> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    operation.map(|operation| &operation.node).ok_or_else(|| {
        let message = match name {
            Some(name) => format!("The document has no operation named \"{name}\"."),
            None => "The document has several operations: name one with `operationName`.".into(),
        };
        server_error(code::GRAPHQL_VALIDATION_FAILED, message)
    })
}

fn only_name(document: &ExecutableDocument) -> Option<String> {
    match &document.operations {
        DocumentOperations::Multiple(operations) => {
            operations.keys().next().map(ToString::to_string)
        }
        DocumentOperations::Single(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use super::*;

    fn reading() -> Reading {
        Reading::new(&Limits::default())
    }

    #[test]
    fn a_document_of_a_megabyte_of_brackets_is_refused() {
        for bracket in ["{", "[", "{a(b:[", "{a{"] {
            let document = format!("{{ a(x: {}", bracket.repeat(1 << 20));
            let error = Operation::prepare(Request::new(document), &reading()).unwrap_err();
            assert!(error.message.contains("128"));
        }
    }

    #[test]
    fn the_parser_bears_what_the_limit_lets_through() {
        let nested = format!("{{ a(x: {}1{}) }}", "[".repeat(126), "]".repeat(126));
        Operation::prepare(Request::new(nested), &reading()).unwrap();
        let open = format!("{{ a(x: {}", "[".repeat(126));
        Operation::prepare(Request::new(open), &reading()).unwrap_err();
    }

    #[test]
    fn a_document_is_read_once_unless_a_stranger_sends_it() {
        let reading = reading();
        let prepared = Operation::prepare_for_stranger(Request::new("{ a }"), &reading);
        assert!(prepared.is_ok() && reading.read.get("{ a }").is_none());
        for _ in 0..2 {
            let mut request = Request::new("query A { a }");
            request.operation_name = Some("A".into());
            let mut request = Operation::prepare(request, &reading).unwrap().request;
            assert_eq!(request.query, "query A { a }");
            assert!(named(request.parsed_query().unwrap(), Some("A")).is_ok());
        }
        assert!(reading.read.get("query A { a }").is_some());
        for wrong in ["{ a", "query A { a } query B { b }"] {
            Operation::prepare(Request::new(wrong), &reading).unwrap_err();
        }
        assert!(reading.read.get("{ a").is_none());
    }

    #[test]
    fn whoever_sends_the_same_document_learns_that_it_is_valid() {
        let reading = reading();
        let known = |document: &str| {
            let prepared = Operation::prepare(Request::new(document), &reading).unwrap();
            let found = prepared.request.data.get(&TypeId::of::<Known>());
            found
                .and_then(|known| known.downcast_ref::<Known>())
                .cloned()
        };
        let first = known("{ a }").unwrap();
        assert!(!first.is_valid());
        first.note_valid();
        assert!(known("{ a }").unwrap().is_valid());
        assert!(!known("{ b }").unwrap().is_valid());
    }

    #[test]
    fn the_kind_is_that_of_the_named_operation() {
        let document = "query A { a } mutation B { b } subscription C { c }";
        for (name, kind) in [
            (Some("A"), Some(Kind::Query)),
            (Some("B"), Some(Kind::Mutation)),
            (Some("C"), Some(Kind::Subscription)),
            (Some("D"), None),
            (None, None),
        ] {
            let mut request = Request::new(document);
            request.operation_name = name.map(Into::into);
            let prepared = Operation::prepare(request, &reading());
            assert_eq!(prepared.ok().map(|operation| operation.kind), kind);
        }
        let named = Operation::prepare(Request::new("mutation B { b }"), &reading());
        assert_eq!(named.unwrap().kind, Kind::Mutation);
    }
}
