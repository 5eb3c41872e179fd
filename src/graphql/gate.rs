//! The gate before everything: what the fields at the root of an operation take is looked up in
//! [`crate::domain::access::decisions`], and who may not is refused before anything runs.
//!
//! A mutation says itself who may (its checks have an order), by the same table: [`agree`] holds the two together.

use async_graphql::Context;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};

use super::execute::Types;
use super::operation::meant;
use crate::domain::access::decisions::{Root, decide};
use crate::domain::access::{Action, Principal, Viewer};
use crate::error::Error;

/// Fragments within fragments that are followed at a root; real documents have one or two.
const FRAGMENTS: usize = 16;
/// What a token without the scope `read` may be told of the things in a payload: enough to name them again.
const NAMES: &[&str] = &["id", "version", "cursor", "__typename"];

/// Whether the viewer may ask for all that the operation has at its root. The document was held against
/// [`super::Limits`], so that following its fragments ends soon.
///
/// # Errors
/// `FORBIDDEN`, naming the first field that they may not ask for.
pub fn permit(
    types: &Types,
    viewer: &Viewer,
    document: &ExecutableDocument,
    name: Option<&str>,
) -> Result<(), Error> {
    let Some(operation) = meant(document, name) else {
        // Nothing will be executed, and the reason is told where operations are chosen.
        return Ok(());
    };
    let root = match operation.ty {
        OperationType::Query => Root::Query,
        OperationType::Mutation => Root::Mutation,
        OperationType::Subscription => Root::Subscription,
    };
    let gate = Gate {
        types,
        viewer,
        document,
        root,
    };
    gate.root(&operation.selection_set.node, 0)
}

struct Gate<'a> {
    types: &'a Types,
    viewer: &'a Viewer,
    document: &'a ExecutableDocument,
    root: Root,
}

fn forbidden(message: String) -> Error {
    Error::request("FORBIDDEN", message)
}

impl Gate<'_> {
    /// The selections that a fragment, named or not, stands for; none for a field.
    fn within<'d>(&'d self, selection: &'d Selection) -> Option<&'d SelectionSet> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.map(|fragment| &fragment.node.selection_set.node)
            }
        }
    }

    fn root(&self, set: &SelectionSet, depth: usize) -> Result<(), Error> {
        if depth > FRAGMENTS {
            let message = format!("Fragments at the root nest deeper than {FRAGMENTS} levels.");
            return Err(Error::request("BAD_USER_INPUT", message));
        }
        for selection in &set.items {
            if let Selection::Field(field) = &selection.node {
                self.field(&field.node.name.node, &field.node.selection_set.node)?;
            } else if let Some(within) = self.within(&selection.node) {
                self.root(within, depth + 1)?;
            }
        }
        Ok(())
    }

    fn field(&self, name: &str, set: &SelectionSet) -> Result<(), Error> {
        let stranger = self.viewer.principal == Principal::Stranger;
        if matches!(name, "__typename" | "__schema" | "__type") && !stranger {
            return Ok(());
        }
        let Some(action) = decide(self.root, name) else {
            // What the schema has not either is told by validation, with what may have been meant.
            if self.types.lacks(self.root, name) && !stranger {
                return Ok(());
            }
            return Err(forbidden(format!("Nobody may ask for `{name}`.")));
        };
        let told_later = self.root == Root::Mutation && !stranger;
        if !told_later && !self.viewer.may(action) {
            return Err(forbidden(match action {
                Action::Grant => format!("`{name}` is for administrators who have signed in."),
                Action::Secure => format!("`{name}` is for people who have signed in."),
                _ => format!("`{name}` is beyond the scopes of this token."),
            }));
        }
        if self.root == Root::Mutation && !self.viewer.may(Action::Read) {
            return self.payload(set, 0, FRAGMENTS);
        }
        Ok(())
    }

    /// Who may not read must not read by way of a payload.
    fn payload(&self, set: &SelectionSet, level: usize, fragments: usize) -> Result<(), Error> {
        for selection in &set.items {
            let Selection::Field(field) = &selection.node else {
                if let (Some(within), Some(left)) =
                    (self.within(&selection.node), fragments.checked_sub(1))
                {
                    self.payload(within, level, left)?;
                }
                continue;
            };
            let (name, below) = (
                field.node.name.node.as_str(),
                &field.node.selection_set.node,
            );
            let harmless = match level {
                0 if below.items.is_empty() || name == "userErrors" => continue,
                0 => self.payload(below, 1, fragments).map(|()| true)?,
                _ => NAMES.contains(&name),
            };
            if !harmless {
                return Err(forbidden(format!(
                    "`{name}` is beyond the scopes of this token: without `read` a payload shows {} only.",
                    NAMES.join(", ")
                )));
            }
        }
        Ok(())
    }
}

/// Holds a mutation to the table: the permission that its command takes must be the one that was decided for the field
/// that is being answered.
///
/// # Errors
/// A fault of the server where they differ; nothing is executed.
pub(super) fn agree(ctx: &Context<'_>, action: Action) -> async_graphql::Result<()> {
    let field = ctx.field();
    if decide(Root::Mutation, field.name()) == Some(action) {
        return Ok(());
    }
    let message = format!(
        "the command of `{}` takes {action:?}, which is not what was decided",
        field.name()
    );
    Err(Error::Internal(message).into_graphql())
}
