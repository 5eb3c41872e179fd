//! The inputs of saved views.

use async_graphql::{Context, ID, InputObject, InputType, OneofObject, Value};

use super::given::Given;
use super::{ConversationFilter, ConversationOrder, TicketFilter, TicketOrder, ids};
use crate::domain::id::SavedViewId;
use crate::domain::noun::SavedViewKind;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::error::Error;
use crate::graphql::limits::Limits;
use crate::graphql::state::reader;
use crate::graphql::types::ticket_filter;
use crate::service::admin::{CreateSavedView, DeleteSavedView, SavedList, UpdateSavedView};

/// A list of conversations, as `conversations` takes it.
#[derive(InputObject)]
pub struct SavedConversationsInput {
    /// Which; left out: all that are not in the trash.
    pub filter: Option<Given<ConversationFilter>>,
    /// In what order; left out: most recently active first.
    pub order_by: Option<ConversationOrder>,
}

/// A list of tickets, as `tickets` takes it.
#[derive(InputObject)]
pub struct SavedTicketsInput {
    /// Which; left out: all that are not in the trash.
    pub filter: Option<Given<TicketFilter>>,
    /// In what order; left out: most recently active first.
    pub order_by: Option<TicketOrder>,
}

/// What a saved view lists.
#[derive(OneofObject)]
pub enum SavedListInput {
    /// Conversations.
    Conversations(SavedConversationsInput),
    /// Tickets.
    Tickets(SavedTicketsInput),
}

/// What `createSavedView` takes.
#[derive(InputObject)]
pub struct CreateSavedViewInput {
    /// What people call it: unique among the viewer's own or among those shared, for conversations and for tickets apart.
    pub name: String,
    /// Whether all of the account see it.
    #[graphql(default_with = "Some(false)")]
    pub shared: Option<bool>,
    /// What it lists.
    pub list: SavedListInput,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

/// What `updateSavedView` takes. Left out: unchanged.
#[derive(InputObject)]
pub struct UpdateSavedViewInput {
    /// Which.
    pub saved_view_id: ID,
    /// A new name.
    pub name: Option<String>,
    /// Whether all of the account see it. Only its owner takes a shared one back.
    pub shared: Option<bool>,
    /// What it lists, filter and order both anew; of conversations or of tickets, as before.
    pub list: Option<SavedListInput>,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

/// What `deleteSavedView` takes.
#[derive(InputObject)]
pub struct DeleteSavedViewInput {
    /// Which.
    pub saved_view_id: ID,
    /// Given back as it is.
    pub client_mutation_id: Option<String>,
}

fn json(value: &Value) -> async_graphql::Result<String> {
    let text = serde_json::to_string(value);
    text.map_err(|error| Error::Internal(format!("a filter as JSON: {error}")).into_graphql())
}

/// A filter that is not given is one without conditions.
fn filter_json<T>(filter: Option<&Given<T>>) -> async_graphql::Result<String> {
    filter.map_or_else(|| Ok("{}".to_owned()), |filter| json(&filter.value))
}

/// What is wrong with a filter, as a refusal at its place; a fault stays one.
fn refused<T>(
    read: crate::error::Result<T>,
    list: &str,
) -> async_graphql::Result<Result<(), Refusal>> {
    match read {
        Ok(_) => Ok(Ok(())),
        Err(Error::Request { message, .. }) => {
            let path = ["input", "list", list, "filter"];
            Ok(Err(Refusal {
                path: path.map(str::to_owned).to_vec(),
                ..Refusal::new(ErrorCode::InvalidValue, message)
            }))
        }
        Err(error) => Err(error.into_graphql()),
    }
}

impl SavedListInput {
    /// The list, when its filter can be: it is held against the limits and the account's properties as in a query.
    async fn list(self, ctx: &Context<'_>) -> async_graphql::Result<Result<SavedList, Refusal>> {
        let (list, checked) = match self {
            Self::Conversations(input) => {
                let list = SavedList {
                    kind: SavedViewKind::Conversations,
                    filter: filter_json(input.filter.as_ref())?,
                    order_by: json(&input.order_by.unwrap_or_default().to_value())?,
                };
                let me = reader(ctx)?.viewer().user();
                let filter = input.filter.map(|filter| filter.read);
                let read = ConversationFilter::read(filter, me, ctx.data::<Limits>()?);
                (list, refused(read, "conversations")?)
            }
            Self::Tickets(input) => {
                let list = SavedList {
                    kind: SavedViewKind::Tickets,
                    filter: filter_json(input.filter.as_ref())?,
                    order_by: json(&input.order_by.unwrap_or_default().to_value())?,
                };
                let filter = input.filter.map(|filter| filter.read);
                let read = ticket_filter(ctx, filter).await?;
                (list, refused(read, "tickets")?)
            }
        };
        Ok(checked.map(|()| list))
    }
}

impl CreateSavedViewInput {
    /// The change, or why its filter is refused.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn order(
        self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Result<CreateSavedView, Refusal>> {
        let list = self.list.list(ctx).await?;
        Ok(list.map(|list| CreateSavedView {
            name: self.name,
            shared: self.shared.unwrap_or(false),
            list,
        }))
    }
}

impl UpdateSavedViewInput {
    /// The change, or why its filter or its id is refused.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn order(
        self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Result<UpdateSavedView, Refusal>> {
        let list = match self.list {
            Some(list) => match list.list(ctx).await? {
                Ok(list) => Some(list),
                Err(refusal) => return Ok(Err(refusal)),
            },
            None => None,
        };
        let view = ids::one(SavedViewId::parse, &self.saved_view_id, "savedViewId");
        Ok(view.map(|view| UpdateSavedView {
            view,
            name: self.name,
            shared: self.shared,
            list,
        }))
    }
}

impl DeleteSavedViewInput {
    /// The change.
    ///
    /// # Errors
    /// `NOT_FOUND` for ids that cannot be.
    pub fn order(self) -> Result<DeleteSavedView, Refusal> {
        let view = ids::one(SavedViewId::parse, &self.saved_view_id, "savedViewId")?;
        Ok(DeleteSavedView { view })
    }
}
