//! Which tickets.

use std::sync::Arc;

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::conversation_filter::{id, owned_by};
use super::{Budget, DateTimeRange, PropertyInputValue, too_long, trash_inside};
use crate::domain::filter::{self, Condition, PropertyTest, TicketLeaf as Leaf};
use crate::domain::id::{ContactId, StatusId, UserId};
use crate::domain::noun::PropertyType;
use crate::domain::property::{InputValue, PropertyDefinition, Value};
use crate::error::{Error, Result};
use crate::graphql::limits::Limits;
use crate::graphql::types::{StatusCategory, TicketPriority, Workspace, unknown_property};

/// A condition on a property. Both given: both must hold.
#[derive(InputObject, Debug, Clone)]
pub struct PropertyFilter {
    /// The definition's name.
    name: String,
    /// Has this value. On several options: the same set with `options`, contains it with `option`.
    eq: Option<PropertyInputValue>,
    /// Has a value, or has none.
    is_set: Option<bool>,
}

/// All that is given must hold. A field that is left out, or null where that means nothing else, asks for nothing.
/// At most 5 levels and 50 conditions.
#[derive(InputObject, Debug, Clone, Default)]
pub struct TicketFilter {
    /// In one of these statuses; an empty list finds nothing.
    status_id: Option<Vec<ID>>,
    /// Open or closed.
    category: Option<StatusCategory>,
    /// Of one of these priorities; an empty list finds nothing.
    priority: Option<Vec<TicketPriority>>,
    /// Of this owner. `null` finds tickets without an owner; leave it out for any.
    owner_id: MaybeUndefined<ID>,
    /// Of whoever asks, so that a filter that is shared means each one's own; `false`: of anybody else or nobody. An
    /// integration owns nothing.
    owned_by_me: Option<bool>,
    /// Of this contact.
    contact_id: Option<ID>,
    /// Worked on there.
    workspace: Option<Workspace>,
    /// All of these conditions on properties hold.
    property: Option<Vec<PropertyFilter>>,
    /// Created then.
    created_at: Option<DateTimeRange>,
    /// Only at the top level; left out: not in the trash.
    in_trash: Option<bool>,
    /// All of these hold as well.
    and: Option<Vec<TicketFilter>>,
    /// At least one of these holds as well; an empty list finds nothing.
    or: Option<Vec<TicketFilter>>,
    /// This does not hold.
    not: Option<Box<TicketFilter>>,
}

type Definitions = [Arc<PropertyDefinition>];

impl TicketFilter {
    /// Whether the account's definitions are needed to read it.
    #[must_use]
    pub fn names_properties(&self) -> bool {
        let inner = [&self.and, &self.or].into_iter().flatten().flatten();
        self.property.is_some() || inner.chain(self.not.as_deref()).any(Self::names_properties)
    }

    /// Reads what the client sent; nothing sent is everything outside the trash. `me`: whose `ownedByMe` means.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that is too large, has `inTrash` inside, or holds a property that is unknown
    /// or of another type.
    pub fn read(
        filter: Option<Self>,
        me: Option<UserId>,
        definitions: &Definitions,
        limits: &Limits,
    ) -> Result<filter::TicketFilter> {
        let mut filter = filter.unwrap_or_default();
        let in_trash = filter.in_trash.take().unwrap_or(false);
        let condition = filter.condition(1, definitions, &mut Budget::new(limits, me))?;
        Ok(filter::TicketFilter {
            in_trash,
            condition,
        })
    }

    fn condition(
        self,
        level: usize,
        definitions: &Definitions,
        budget: &mut Budget<'_>,
    ) -> Result<Condition<Leaf>> {
        budget.enter(level)?;
        if self.in_trash.is_some() {
            return Err(trash_inside());
        }
        let mut all = Vec::new();
        if let Some(ids) = self.status_id {
            budget.take_list(&ids, "statusId")?;
            // Ids that are none are of no status.
            let ids = ids.iter().filter_map(|id| StatusId::parse(id).ok());
            all.push(Condition::Is(Leaf::Status(ids.collect())));
        }
        if let Some(category) = self.category {
            budget.take()?;
            all.push(Condition::Is(Leaf::Category(category.into())));
        }
        if let Some(priorities) = self.priority {
            budget.take_list(&priorities, "priority")?;
            let priorities = priorities.into_iter().map(Into::into).collect();
            all.push(Condition::Is(Leaf::Priority(priorities)));
        }
        match self.owner_id {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => {
                budget.take()?;
                all.push(Condition::Is(Leaf::Owner(None)));
            }
            MaybeUndefined::Value(text) => {
                budget.take()?;
                all.push(id(UserId::parse(&text), |id| Leaf::Owner(Some(id))));
            }
        }
        if let Some(mine) = self.owned_by_me {
            budget.take()?;
            all.push(owned_by(budget.me, mine, |me| Leaf::Owner(Some(me))));
        }
        if let Some(text) = self.contact_id {
            budget.take()?;
            all.push(id(ContactId::parse(&text), Leaf::Contact));
        }
        if let Some(workspace) = self.workspace {
            budget.take()?;
            all.push(Condition::Is(Leaf::Workspace(workspace.into())));
        }
        if let Some(range) = self.created_at {
            budget.take()?;
            all.push(Condition::Is(Leaf::Created(range.into())));
        }
        let properties = self.property.unwrap_or_default();
        // Each is looked up, also one that asks for nothing and so is no condition.
        too_long(&properties, "property", budget.limits)?;
        for property in properties {
            property.conditions(definitions, budget, &mut all)?;
        }
        let inner = |filters: Vec<Self>, budget: &mut Budget<'_>| {
            let inner = filters.into_iter();
            inner
                .map(|filter| filter.condition(level + 1, definitions, budget))
                .collect::<Result<Vec<_>>>()
        };
        if let Some(filters) = self.and {
            all.extend(inner(filters, budget)?);
        }
        if let Some(filters) = self.or {
            all.push(Condition::Any(inner(filters, budget)?));
        }
        if let Some(filter) = self.not {
            let negated = filter.condition(level + 1, definitions, budget)?;
            all.push(Condition::Not(Box::new(negated)));
        }
        Ok(Condition::all(all))
    }
}

impl PropertyFilter {
    fn conditions(
        self,
        definitions: &Definitions,
        budget: &mut Budget<'_>,
        all: &mut Vec<Condition<Leaf>>,
    ) -> Result<()> {
        let definition = definitions
            .iter()
            .find(|definition| definition.name == self.name)
            .ok_or_else(|| unknown_property(&self.name))?;
        if let Some(value) = self.eq {
            budget.take()?;
            let test = test(definition, value.into()).map_err(|why| {
                let message = format!(
                    "In `filter.property`, `eq` cannot be held against that property: {why}."
                );
                Error::request("BAD_USER_INPUT", message)
            })?;
            all.push(Condition::Is(Leaf::Property(definition.id, test)));
        }
        if let Some(set) = self.is_set {
            budget.take()?;
            let test = PropertyTest::IsSet(set);
            all.push(Condition::Is(Leaf::Property(definition.id, test)));
        }
        Ok(())
    }
}

/// What the value is to be held against: one option of a property of several asks for it among them.
fn test(
    definition: &PropertyDefinition,
    value: InputValue,
) -> std::result::Result<PropertyTest, String> {
    let nothing = match &value {
        InputValue::String(text) => text.trim().is_empty(),
        InputValue::Options(options) => options.is_empty(),
        _ => false,
    };
    if nothing {
        return Err(format!(
            "`{}` is never empty; ask for `isSet: false` to find tickets without a value",
            definition.name
        ));
    }
    match (definition.kind, value) {
        (PropertyType::MultiEnumeration, InputValue::Option(option)) => {
            match definition.accept(InputValue::Options(vec![option]))? {
                Value::Options(mut options) => {
                    Ok(PropertyTest::Contains(options.pop().unwrap_or_default()))
                }
                other => Ok(PropertyTest::Equals(other)),
            }
        }
        (_, value) => definition.accept(value).map(PropertyTest::Equals),
    }
}
