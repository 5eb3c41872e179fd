//! One operation, ready to run: its document read, its kind known.

use async_graphql::{
    Request, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};

use super::{
    params::is_hash_only,
    problem::{code, server_error, with_code},
};

/// A request and what it does.
#[derive(Debug)]
pub(crate) struct Operation {
    pub request: Request,
    pub kind: Kind,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Mutation,
    Subscription,
    /// Only the hash of a document came: what it does is known once it was looked up.
    Unknown,
}

impl Kind {
    /// The name in metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
            Self::Unknown => "persisted",
        }
    }
}

impl Operation {
    /// Reads the document; an error is a request error, to be told in the way of the transport.
    pub fn prepare(mut request: Request, nesting: usize) -> Result<Self, ServerError> {
        if is_hash_only(&request) {
            return Ok(Self {
                request,
                kind: Kind::Unknown,
            });
        }
        if nests_deeper_than(nesting, &request.query) {
            return Err(server_error(
                code::GRAPHQL_PARSE_FAILED,
                format!("The document nests deeper than {nesting} levels."),
            ));
        }
        let name = request.operation_name.clone();
        let document = request.parsed_query().map_err(|mut error| {
            error.extensions = Some(with_code(None, code::GRAPHQL_PARSE_FAILED));
            error
        })?;
        let kind = kind_of(document, name.as_deref())?;
        Ok(Self { request, kind })
    }

    /// As [`prepare`](Self::prepare), where the kind must be known at once: over GET, or in a stream. A client whose
    /// hash is not found sends the text next, which is what it shall do here.
    pub fn prepare_with_text(request: Request, nesting: usize) -> Result<Self, ServerError> {
        if is_hash_only(&request) {
            return Err(server_error(
                code::PERSISTED_QUERY_NOT_FOUND,
                "PersistedQueryNotFound",
            ));
        }
        Self::prepare(request, nesting)
    }
}

fn kind_of(document: &ExecutableDocument, name: Option<&str>) -> Result<Kind, ServerError> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    match operation.map(|operation| operation.node.ty) {
        Some(OperationType::Query) => Ok(Kind::Query),
        Some(OperationType::Mutation) => Ok(Kind::Mutation),
        Some(OperationType::Subscription) => Ok(Kind::Subscription),
        None => Err(server_error(
            code::GRAPHQL_VALIDATION_FAILED,
            match name {
                Some(name) => format!("The document has no operation named \"{name}\"."),
                None => {
                    "The document has several operations: name one with `operationName`.".into()
                }
            },
        )),
    }
}

/// Whether brackets nest deeper than `limit`, outside of strings and comments. The parser recurses with each of
/// them, so this must be known before it starts.
fn nests_deeper_than(limit: usize, document: &str) -> bool {
    let mut rest = document.as_bytes();
    let mut depth = 0_usize;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b'#' => rest = after_line(rest),
            b'"' => {
                rest = match rest.strip_prefix(b"\"\"") {
                    Some(block) => after_block_string(block),
                    None => after_string(rest),
                };
            }
            _ => {}
        }
    }
    false
}

fn after_line(mut rest: &[u8]) -> &[u8] {
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if matches!(byte, b'\n' | b'\r') {
            break;
        }
    }
    rest
}

/// A string ends at its quote, or broken at the end of the line.
fn after_string(mut rest: &[u8]) -> &[u8] {
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'"' | b'\n' | b'\r' => break,
            b'\\' => rest = rest.split_first().map_or(rest, |(_, tail)| tail),
            _ => {}
        }
    }
    rest
}

fn after_block_string(mut rest: &[u8]) -> &[u8] {
    loop {
        if let Some(tail) = rest.strip_prefix(b"\\\"\"\"") {
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix(b"\"\"\"") {
            return tail;
        } else if let Some((_, tail)) = rest.split_first() {
            rest = tail;
        } else {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_strings_and_comments() {
        for (document, depth) in [
            ("{ a { b } c { d } }", 2),
            ("{ a(x: [[1]]) }", 4),
            (r#"{ a(x: "{[({[(") }"#, 2),
            (r#"{ a(x: "\"{{{") }"#, 2),
            ("{ a # {{{{\n }", 1),
            ("{ a(x: \"\"\"{{{{ \\\"\"\" {{{ \" {{ \"\"\") }", 2),
            ("}}}{", 1),
        ] {
            assert!(!nests_deeper_than(depth, document), "{document}");
            assert!(nests_deeper_than(depth - 1, document), "{document}");
        }
    }

    #[test]
    fn a_document_of_a_megabyte_of_brackets_is_refused() {
        for bracket in ["{", "[", "{a(b:[", "{a{"] {
            let document = format!("{{ a(x: {}", bracket.repeat(1 << 20));
            let error = Operation::prepare(Request::new(document), 128).unwrap_err();
            assert!(error.message.contains("128"));
        }
    }

    #[test]
    fn the_parser_bears_what_the_limit_lets_through() {
        let nested = format!("{{ a(x: {}1{}) }}", "[".repeat(126), "]".repeat(126));
        Operation::prepare(Request::new(nested), 128).unwrap();
        let open = format!("{{ a(x: {}", "[".repeat(126));
        Operation::prepare(Request::new(open), 128).unwrap_err();
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
            let prepared = Operation::prepare(request, 128);
            assert_eq!(prepared.ok().map(|operation| operation.kind), kind);
        }
        let named = Operation::prepare(Request::new("mutation B { b }"), 128);
        assert_eq!(named.unwrap().kind, Kind::Mutation);
    }
}
