//! What an operation costs: how many fields its answer can have at most, known before anything is read.
//!
//! A field counts once for each time that it can occur. Below `nodes` or `edges` that is as often as the page has
//! rows: `first` or `last`, or [`Limits::page_default`] where neither is given. In `nodes(ids: …)` it is as many ids; in
//! another list it is taken to be [`LIST`]. A mutation's own field counts [`MUTATION`]: it is a transaction. So the cost
//! is about what the executor has to do, and grows with the rows that the database has to find.

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet, Type,
};
use async_graphql::{Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::execute::Types;
use super::limits::Limits;

/// How many items a list without pages is taken to have: statuses, channels, effects, options.
const LIST: u64 = 10;
/// What a mutation's own field counts, being a transaction with several statements.
const MUTATION: u64 = 100;

/// The cost of an operation of a document; its fragments must end (see [`Limits::check`]).
pub(super) fn cost(
    types: &Types,
    limits: &Limits,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> u64 {
    let (root, each) = match operation.ty {
        OperationType::Query => ("Query", 0),
        OperationType::Mutation => ("Mutation", MUTATION),
        OperationType::Subscription => ("Subscription", 0),
    };
    let count = Count {
        types,
        limits,
        document,
        operation,
        variables,
    };
    let set = &operation.selection_set.node;
    let fields = u64::try_from(set.items.len()).unwrap_or(u64::MAX);
    let place = Place {
        parent: Some(root),
        times: 1,
        page: LIST,
    };
    each.saturating_mul(fields)
        .saturating_add(count.set(set, place))
}

/// Where a walk stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The type that is selected from, where it is known.
    parent: Option<&'a str>,
    /// How often it can occur.
    times: u64,
    /// The rows of the page, if it is a connection.
    page: u64,
}

struct Count<'a> {
    types: &'a Types,
    limits: &'a Limits,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
}

impl<'a> Count<'a> {
    fn set(&self, set: &'a SelectionSet, place: Place<'a>) -> u64 {
        let costs = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => self.field(&field.node, place),
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref();
                let parent = on.map(|on| on.node.on.node.as_str()).or(place.parent);
                self.set(&fragment.node.selection_set.node, Place { parent, ..place })
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| {
                    let parent = Some(fragment.node.type_condition.node.on.node.as_str());
                    self.set(&fragment.node.selection_set.node, Place { parent, ..place })
                })
            }
        });
        costs.fold(0, u64::saturating_add)
    }

    fn field(&self, field: &'a Field, place: Place<'a>) -> u64 {
        let name = field.name.node.as_str();
        let ty = place
            .parent
            .and_then(|parent| self.types.field(parent, name));
        let ids = field.get_argument("ids").map(|ids| self.length(&ids.node));
        let items = match (ty, name) {
            (Some(ty), "nodes" | "edges") if is_list(ty) => ids.unwrap_or(place.page),
            (Some(ty), _) if is_list(ty) => LIST,
            _ => 1,
        };
        let below = Place {
            parent: ty.map(named),
            times: place.times.saturating_mul(items),
            page: self.page(field),
        };
        place
            .times
            .saturating_add(self.set(&field.selection_set.node, below))
    }

    /// The rows that a connection is asked for.
    fn page(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].iter().find_map(|argument| {
            let value = field.get_argument(argument)?;
            match self.known(&value.node) {
                Some(ConstValue::Number(number)) => number.as_u64(),
                _ => None,
            }
        });
        // More than the most is refused by the field itself.
        let most = u64::from(self.limits.page_max);
        asked.map_or(u64::from(self.limits.page_default), |rows| rows.min(most))
    }

    fn length(&self, value: &Value) -> u64 {
        match self.known(value) {
            Some(ConstValue::List(items)) => u64::try_from(items.len()).unwrap_or(u64::MAX),
            _ => 1,
        }
    }

    /// The value of an argument, with variables and their defaults put in.
    fn known(&self, value: &Value) -> Option<ConstValue> {
        let value = value.clone().into_const_with(|name| {
            let default = || {
                let mut definitions = self.operation.variable_definitions.iter();
                let definition = definitions.find(|one| one.node.name.node == name)?;
                definition.node.default_value().cloned()
            };
            let given = self.variables.get(&name).cloned().or_else(default);
            Ok::<_, std::convert::Infallible>(given.unwrap_or_default())
        });
        value.ok()
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use serde_json::json;

    fn cost_of(query: &str, variables: serde_json::Value) -> u64 {
        let types = Types::read(&crate::graphql::sdl()).unwrap();
        let document = parse_query(query).unwrap();
        let operation = match &document.operations {
            DocumentOperations::Single(operation) => &operation.node,
            DocumentOperations::Multiple(all) => &all.values().next().unwrap().node,
        };
        let variables = Variables::from_json(variables);
        cost(&types, &Limits::default(), &document, operation, &variables)
    }

    #[test]
    fn a_page_weighs_as_many_rows_as_are_asked_for() {
        for (query, expected) in [
            ("{ asOf }", 1),
            ("{ viewer { user { name } } }", 3),
            // The connection, its list, and two fields a row.
            ("{ conversations(first: 50) { nodes { id subject } } }", 102),
            ("{ conversations { nodes { id subject } } }", 52),
            (
                "{ conversations(last: 2) { edges { cursor node { id } } totalCount } }",
                9,
            ),
            (
                "{ conversations(first: 10) { nodes { messages(first: 3) { nodes { id } } } } }",
                52,
            ),
            ("{ nodes(ids: [\"a\", \"b\"]) { id } }", 3),
            ("{ inboxes { name } }", 11),
            ("{ conversations(first: 4000000000) { nodes { id } } }", 102),
            (
                "{ ...F } fragment F on Query { conversations(first: 7) { ...G } } fragment G on ConversationConnection { nodes { id } }",
                9,
            ),
            (
                "mutation { claimConversation(input: { conversationId: \"x\" }) { result } }",
                102,
            ),
        ] {
            assert_eq!(cost_of(query, json!({})), expected, "{query}");
        }
    }

    #[test]
    fn variables_and_their_defaults_count() {
        let query = "query A($n: Int = 5, $ids: [ID!]!) { conversations(first: $n) { nodes { id } } nodes(ids: $ids) { id } }";
        assert_eq!(cost_of(query, json!({ "ids": ["a"] })), 7 + 2);
        assert_eq!(
            cost_of(query, json!({ "ids": ["a", "b", "c"], "n": 20 })),
            22 + 4
        );
    }

    #[test]
    fn pages_within_pages_multiply_and_never_overflow() {
        let mut query = "id".to_owned();
        // A hundred to the twelfth is more than fits; the parser takes 64 levels.
        for _ in 0..12 {
            query = format!("contact {{ conversations(first: 100) {{ nodes {{ {query} }} }} }}");
        }
        let query = format!("{{ conversation(id: \"x\") {{ {query} }} }}");
        assert_eq!(cost_of(&query, json!({})), u64::MAX);
    }
}
