//! Which operation of a document a request means.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};

/// The operation that is to be executed (specification, 6.1, "GetOperation"): the one of that name, or, where none is
/// named, the only one. None where that says nothing; the execution then tells the client.
///
/// A document whose only operation has a name counts as one of several, also when the request does not repeat the name.
#[must_use]
pub fn meant<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(only), None) => Some(only),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next(),
        (DocumentOperations::Single(_), Some(_)) | (DocumentOperations::Multiple(_), None) => None,
    };
    found.map(|operation| &operation.node)
}

/// The same, to be changed.
pub(super) fn meant_mut<'a>(
    document: &'a mut ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a mut OperationDefinition> {
    let found = match (&mut document.operations, name) {
        (DocumentOperations::Single(only), None) => Some(only),
        (DocumentOperations::Multiple(all), Some(name)) => all.get_mut(name),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values_mut().next(),
        (DocumentOperations::Single(_), Some(_)) | (DocumentOperations::Multiple(_), None) => None,
    };
    found.map(|operation| &mut operation.node)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::Selection;

    use super::*;

    /// The first field of the operation that is meant.
    fn field(document: &str, name: Option<&str>) -> Option<String> {
        let document = parse_query(document).unwrap();
        let operation = meant(&document, name)?;
        let selection = operation.selection_set.node.items.first()?;
        match &selection.node {
            Selection::Field(field) => Some(field.node.name.node.to_string()),
            _ => None,
        }
    }

    #[test]
    fn the_only_operation_need_not_be_named() {
        for document in ["{ a }", "query A { a }"] {
            assert_eq!(field(document, None).as_deref(), Some("a"), "{document}");
        }
        assert_eq!(field("query A { a }", Some("A")).as_deref(), Some("a"));
        assert_eq!(field("query A { a }", Some("B")), None);
        assert_eq!(field("{ a }", Some("A")), None);
    }

    #[test]
    fn of_several_one_must_be_named() {
        let several = "query A { a } query B { b }";
        assert_eq!(field(several, None), None);
        assert_eq!(field(several, Some("B")).as_deref(), Some("b"));
    }
}
