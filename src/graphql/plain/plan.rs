//! What is selected of a row, looked at once for all rows.

use std::collections::HashMap;

use async_graphql::parser::types::{FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

use super::Written;
use crate::graphql::execute::Types;

/// A selection without arguments and directives.
pub struct Plan<'a> {
    items: Vec<Item<'a>>,
    /// Whether a field may be there twice: what fragments have depends on what they are spread in.
    may_repeat: bool,
}

enum Item<'a> {
    Field {
        key: &'a Name,
        name: &'a str,
        below: Plan<'a>,
    },
    /// Of a fragment, by the type that it is on.
    Fragment { on: &'a str, plan: Plan<'a> },
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

impl<'a> Plan<'a> {
    /// The plan of a selection; none where it has arguments or directives. The document was held against the limits, so
    /// spreading its fragments out ends soon.
    pub fn of(set: &'a SelectionSet, fragments: &'a Fragments) -> Option<Self> {
        let item = |selection: &'a Positioned<Selection>| match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let plain = field.arguments.is_empty() && field.directives.is_empty();
                plain.then_some(())?;
                Some(Item::Field {
                    key: &field.response_key().node,
                    name: field.name.node.as_str(),
                    below: Self::of(&field.selection_set.node, fragments)?,
                })
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &fragments.get(&spread.node.fragment_name.node)?.node;
                spread.node.directives.is_empty().then_some(())?;
                Some(Item::Fragment {
                    on: fragment.type_condition.node.on.node.as_str(),
                    plan: Self::of(&fragment.selection_set.node, fragments)?,
                })
            }
            Selection::InlineFragment(fragment) => {
                let fragment = &fragment.node;
                fragment.directives.is_empty().then_some(())?;
                Some(Item::Fragment {
                    on: fragment.type_condition.as_ref()?.node.on.node.as_str(),
                    plan: Self::of(&fragment.selection_set.node, fragments)?,
                })
            }
        };
        let items = set.items.iter().map(item).collect::<Option<Vec<_>>>()?;
        let keys = || items.iter().map(Item::key);
        let repeats = || {
            keys()
                .enumerate()
                .any(|(n, key)| keys().take(n).any(|one| one == key))
        };
        Some(Self {
            may_repeat: keys().any(|key| key.is_none()) || repeats(),
            items,
        })
    }

    /// Goes through the fields of a row of that type; ends where `field` gives none. None too where a field is there twice:
    /// that is merged by async-graphql.
    pub fn each(
        &self,
        types: &Types,
        of: &str,
        field: &mut impl FnMut(&Name, &str, &Plan<'_>) -> Option<Written>,
    ) -> Option<Written> {
        if !self.may_repeat {
            return self.go_through(types, of, field);
        }
        let mut keys: Vec<Name> = Vec::with_capacity(self.items.len() + 4);
        self.go_through(types, of, &mut |key, name, below| {
            if keys.contains(key) {
                return None;
            }
            keys.push(key.clone());
            field(key, name, below)
        })
    }

    fn go_through(
        &self,
        types: &Types,
        of: &str,
        field: &mut impl FnMut(&Name, &str, &Plan<'_>) -> Option<Written>,
    ) -> Option<Written> {
        for item in &self.items {
            match item {
                Item::Field { key, name, below } => {
                    field(key, name, below)?;
                }
                Item::Fragment { on, plan } if *on == of || types.has_member(on, of) => {
                    plan.go_through(types, of, field)?;
                }
                Item::Fragment { .. } => {}
            }
        }
        Some(Written)
    }
}

impl Item<'_> {
    /// The name that a field is answered by; none: a fragment.
    fn key(&self) -> Option<&Name> {
        match self {
            Self::Field { key, .. } => Some(key),
            Self::Fragment { .. } => None,
        }
    }
}
