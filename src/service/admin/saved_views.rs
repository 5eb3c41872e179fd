//! Saved views: each user's own, and those shared with the account.

use uuid::Uuid;

use super::{Changed, Limits, SettingsOrder, exists_already, not_found};
use crate::domain::access::{Action, Viewer, decisions};
use crate::domain::id::SavedViewId;
use crate::domain::noun::SavedViewKind;
use crate::domain::refusal::{ErrorCode, Refusal};
use crate::domain::saved_view::{FILTER_CHARS, OWN, SHARED, SavedView};
use crate::error::Result;
use crate::service::now;
use crate::store::{Tx, saved_views};

/// What a view lists: the caller has read it and found that it can be.
#[derive(Debug, Clone)]
pub struct SavedList {
    /// Of what.
    pub kind: SavedViewKind,
    /// The filter, in JSON.
    pub filter: String,
    /// The order, in JSON.
    pub order_by: String,
}

impl SavedList {
    fn check(&self) -> Result<(), Refusal> {
        let found = self.filter.chars().count();
        if found <= FILTER_CHARS {
            return Ok(());
        }
        let message =
            format!("`filter` has {found} characters as JSON; at most {FILTER_CHARS} are allowed.");
        Err(Refusal::at(ErrorCode::InvalidValue, "list", message))
    }
}

/// `createSavedView`
#[derive(Debug, Clone)]
pub struct CreateSavedView {
    /// Unique among the user's own, or among those shared.
    pub name: String,
    /// Whether all of the account see it.
    pub shared: bool,
    /// What it lists.
    pub list: SavedList,
}

impl SettingsOrder for CreateSavedView {
    const ACTION: Action = decisions::mutation("createSavedView");

    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.name("name", &self.name)?;
        self.list.check()
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let Some(owner) = viewer.user() else {
            let message =
                "Views are kept by people; a program gives its filter to the lists themselves.";
            return Err(Refusal::new(ErrorCode::Forbidden, message).into());
        };
        let now = now();
        let view = SavedView {
            id: SavedViewId(Uuid::now_v7()),
            owner,
            kind: self.list.kind,
            name: self.name.clone(),
            shared: self.shared,
            filter: self.list.filter.clone(),
            order_by: self.list.order_by.clone(),
            created_at: now,
            updated_at: now,
        };
        if !viewer.may_keep_view(owner, view.shared) {
            return Err(no_sharing().into());
        }
        has_room(tx, viewer, &view).await?;
        has_its_name(tx, viewer, &view).await?;
        saved_views::insert_view(tx, viewer.account, &view).await?;
        Ok(Changed::SavedView(view.id))
    }
}

/// `updateSavedView`
#[derive(Debug, Clone)]
pub struct UpdateSavedView {
    /// Which.
    pub view: SavedViewId,
    /// A new name.
    pub name: Option<String>,
    /// Whether all of the account see it.
    pub shared: Option<bool>,
    /// What it lists, of the same kind as before.
    pub list: Option<SavedList>,
}

impl SettingsOrder for UpdateSavedView {
    const ACTION: Action = decisions::mutation("updateSavedView");

    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        limits.maybe_name("name", self.name.as_deref())?;
        self.list.as_ref().map_or(Ok(()), SavedList::check)
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        find(tx, viewer, self.view).await.map(|_| ())
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let before = find(tx, viewer, self.view).await?;
        let shared = self.shared.unwrap_or(before.shared);
        if !viewer.may_keep_view(before.owner, before.shared || shared) {
            return Err(not_theirs(viewer, &before).into());
        }
        if before.shared && !shared && viewer.user() != Some(before.owner) {
            let message =
                "Only its owner can take a shared view back; an administrator can delete it.";
            return Err(Refusal::at(ErrorCode::Forbidden, "shared", message).into());
        }
        let mut view = SavedView {
            shared,
            ..before.clone()
        };
        if let Some(list) = &self.list {
            if list.kind != view.kind {
                let message = "A view keeps its kind; make another one for the other kind.";
                return Err(Refusal::at(ErrorCode::InvalidValue, "list", message).into());
            }
            view.filter.clone_from(&list.filter);
            view.order_by.clone_from(&list.order_by);
        }
        if let Some(name) = &self.name {
            view.name.clone_from(name);
        }
        if view == before {
            return Ok(Changed::SavedView(view.id));
        }
        view.updated_at = now();
        if view.shared != before.shared {
            has_room(tx, viewer, &view).await?;
        }
        has_its_name(tx, viewer, &view).await?;
        saved_views::update_view(tx, viewer.account, &view).await?;
        Ok(Changed::SavedView(view.id))
    }
}

/// `deleteSavedView`
#[derive(Debug, Clone)]
pub struct DeleteSavedView {
    /// Which.
    pub view: SavedViewId,
}

impl SettingsOrder for DeleteSavedView {
    const ACTION: Action = decisions::mutation("deleteSavedView");

    fn check(&self, _: &Limits) -> Result<(), Refusal> {
        Ok(())
    }

    async fn find(&self, tx: &Tx, viewer: Viewer) -> Result<()> {
        find(tx, viewer, self.view).await.map(|_| ())
    }

    async fn change(&self, tx: &Tx, viewer: Viewer) -> Result<Changed> {
        let view = find(tx, viewer, self.view).await?;
        if !viewer.may_keep_view(view.owner, view.shared) {
            return Err(not_theirs(viewer, &view).into());
        }
        saved_views::delete_view(tx, viewer.account, view.id).await?;
        Ok(Changed::SavedViewDeleted(view.id))
    }
}

/// The view, where the viewer sees it: what another one keeps to themselves is not there.
async fn find(tx: &Tx, viewer: Viewer, id: SavedViewId) -> Result<SavedView> {
    let found = saved_views::view_by_id(tx, viewer.account, id).await?;
    let seen = found.filter(|view| viewer.sees_view(view.owner, view.shared));
    Ok(seen.ok_or_else(|| not_found("savedViewId", "saved view", id))?)
}

fn no_sharing() -> Refusal {
    let message =
        "Whoever only looks keeps views to themselves; sharing them takes the role AGENT or ADMIN.";
    Refusal::at(ErrorCode::Forbidden, "shared", message)
}

fn not_theirs(viewer: Viewer, view: &SavedView) -> Refusal {
    if viewer.user() == Some(view.owner) {
        return no_sharing();
    }
    let message =
        "Only its owner and administrators change a shared view; save one of your own instead.";
    Refusal::new(ErrorCode::Forbidden, message)
}

async fn has_its_name(tx: &Tx, viewer: Viewer, view: &SavedView) -> Result<()> {
    if !saved_views::name_taken(tx, viewer.account, view).await? {
        return Ok(());
    }
    let what = if view.shared {
        "a shared view"
    } else {
        "a view of yours"
    };
    Err(exists_already("name", what, &view.name).into())
}

/// Whether one more of its sort may be: settings are locked, so nobody else adds one meanwhile.
async fn has_room(tx: &Tx, viewer: Viewer, view: &SavedView) -> Result<()> {
    let count = saved_views::count_beside(tx, viewer.account, view.owner, view.shared).await?;
    let message = match view.shared {
        true if count >= SHARED => {
            format!("The account shares {SHARED} views already; delete one that nobody needs.")
        }
        false if count >= OWN => {
            format!("You keep {OWN} views already; delete one that you do not need.")
        }
        _ => return Ok(()),
    };
    Err(Refusal::at(ErrorCode::InvalidValue, "shared", message).into())
}
