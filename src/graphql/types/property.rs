//! Ticket properties and their values.

use std::sync::Arc;

use async_graphql::{ID, Interface, Object, SimpleObject};

use super::PropertyType;
use crate::domain::noun;
use crate::domain::property::{self, Value};
use crate::graphql::scalars::{Date, DateTime};

/// What the values of one ticket property may be.
#[derive(Clone)]
pub struct PropertyDefinition(pub Arc<property::PropertyDefinition>);

/// What the values of one ticket property may be.
#[Object]
impl PropertyDefinition {
    /// The definition's id.
    pub async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What programs call it; unique in the account, never changed.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What people call it.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// What it holds; never changed.
    #[graphql(name = "type")]
    async fn kind(&self) -> PropertyType {
        self.0.kind.into()
    }

    /// The choices of an enumeration, in the order in which they are shown; otherwise empty.
    async fn options(&self) -> Vec<PropertyOption> {
        self.0.options.iter().cloned().map(Into::into).collect()
    }

    /// Whether a ticket cannot be created without it, nor lose it.
    async fn required(&self) -> bool {
        self.0.required
    }

    /// Whether only a ticket's creation sets it.
    async fn read_only(&self) -> bool {
        self.0.read_only
    }
}

/// One choice of an enumeration.
#[derive(SimpleObject)]
pub struct PropertyOption {
    /// What programs read; unique within the definition.
    value: String,
    /// What people read.
    label: String,
}

impl From<property::PropertyOption> for PropertyOption {
    fn from(option: property::PropertyOption) -> Self {
        Self {
            value: option.value,
            label: option.label,
        }
    }
}

/// A property with its value, or without one.
pub struct Valued {
    definition: Arc<property::PropertyDefinition>,
    value: Option<Value>,
}

macro_rules! values {
    ($(#[doc = $doc:tt] $name:ident { #[doc = $field_doc:tt] $field:ident: $type:ty = |$valued:ident| $read:expr })*) => {
        $(
            #[doc = $doc]
            pub struct $name(Valued);

            #[doc = $doc]
            #[Object]
            impl $name {
                /// Which property it is.
                pub async fn definition(&self) -> PropertyDefinition {
                    PropertyDefinition(Arc::clone(&self.0.definition))
                }

                /// The value as people read it; none where there is none.
                pub async fn display(&self) -> Option<String> {
                    let value = self.0.value.as_ref();
                    value.map(|value| self.0.definition.display(value))
                }

                #[doc = $field_doc]
                async fn $field(&self) -> $type {
                    let $valued = &self.0;
                    $read
                }
            }
        )*

        /// One property of one ticket. `display` is ready to show; the concrete type carries the typed value.
        #[derive(Interface)]
        #[graphql(
            field(name = "definition", ty = "PropertyDefinition", desc = "Which property it is."),
            field(name = "display", ty = "Option<String>",
                  desc = "The value as people read it; none where there is none.")
        )]
        pub enum PropertyValue { $(#[doc = $doc] $name($name),)* }
    };
}

values! {
    /// A value of a `STRING` or `TEXT`.
    StringValue {
        /// The text; none where there is none.
        string: Option<String> = |valued| match &valued.value { Some(Value::String(text)) => Some(text.clone()), _ => None }
    }
    /// A value of a `NUMBER`.
    NumberValue {
        /// The number; none where there is none.
        number: Option<f64> = |valued| match &valued.value { Some(Value::Number(number)) => Some(*number), _ => None }
    }
    /// A value of a `BOOLEAN`.
    BooleanValue {
        /// Yes or no; none where there is none.
        boolean: Option<bool> = |valued| match &valued.value { Some(Value::Boolean(yes)) => Some(*yes), _ => None }
    }
    /// A value of a `DATE`.
    DateValue {
        /// The day; none where there is none.
        date: Option<Date> = |valued| match &valued.value { Some(Value::Date(date)) => Some(Date(*date)), _ => None }
    }
    /// A value of a `DATETIME`.
    DateTimeValue {
        /// The moment; none where there is none.
        date_time: Option<DateTime> = |valued| match &valued.value { Some(Value::DateTime(time)) => Some(DateTime(*time)), _ => None }
    }
    /// A value of an `ENUMERATION` (one option) or `MULTI_ENUMERATION`.
    OptionsValue {
        /// The chosen options, in the definition's order; empty where there is none.
        options: Vec<PropertyOption> = |valued| valued.options()
    }
}

impl Valued {
    fn options(&self) -> Vec<PropertyOption> {
        let Some(Value::Options(values)) = &self.value else {
            return Vec::new();
        };
        let option = |value: &String| {
            let known = self
                .definition
                .options
                .iter()
                .find(|option| option.value == *value);
            // An option that the definition no longer has is shown by its value.
            known.cloned().map_or_else(
                || PropertyOption {
                    value: value.clone(),
                    label: value.clone(),
                },
                Into::into,
            )
        };
        values.iter().map(option).collect()
    }
}

impl PropertyValue {
    /// The property with its value, or without one, as the type that its definition asks for.
    #[must_use]
    pub fn new(definition: Arc<property::PropertyDefinition>, value: Option<Value>) -> Self {
        use noun::PropertyType as T;
        let kind = definition.kind;
        let valued = Valued { definition, value };
        match kind {
            T::String | T::Text => StringValue(valued).into(),
            T::Number => NumberValue(valued).into(),
            T::Boolean => BooleanValue(valued).into(),
            T::Date => DateValue(valued).into(),
            T::Datetime => DateTimeValue(valued).into(),
            T::Enumeration | T::MultiEnumeration => OptionsValue(valued).into(),
        }
    }
}
