//! What the transports carry: this server.

use std::future::Future;

use async_graphql::{Request, Response};
use futures_util::stream::BoxStream;
use uuid::Uuid;

use super::{App, execute, subscribe};
use crate::domain::access::{Principal, Viewer};
use crate::graphql;
use crate::http::{AuthError, Backend, Frame};
use crate::realtime::tail::Health;
use crate::store::migrate;

impl Backend for App {
    type Viewer = Viewer;

    async fn authenticate(&self, token: Option<&str>) -> Result<Viewer, AuthError> {
        let token = token.ok_or(AuthError::Missing)?;
        match self.inner.auth.viewer(token).await {
            Ok(found) => found.ok_or(AuthError::Wrong),
            Err(error) => {
                tracing::warn!(%error, "a token could not be checked");
                Err(AuthError::Unavailable)
            }
        }
    }

    fn stranger(&self, request: &mut Request) -> Option<Viewer> {
        let stranger = Viewer::stranger();
        let permitted = graphql::may_ask(&self.inner.schema, &stranger, request);
        permitted.is_ok().then_some(stranger)
    }

    fn user(&self, viewer: &Viewer) -> Uuid {
        match viewer.principal {
            Principal::User(id, _) => id.0,
            Principal::Integration(id) => id.0,
            Principal::System | Principal::Stranger => Uuid::nil(),
        }
    }

    fn withdrawn(&self, viewer: &Viewer) -> impl Future<Output = ()> + Send + 'static {
        self.inner.realtime.access.watch(viewer)
    }

    async fn execute(&self, viewer: Viewer, request: Request) -> Response {
        execute::execute(self, viewer, request).await
    }

    fn subscribe(&self, viewer: Viewer, request: Request) -> BoxStream<'static, Frame> {
        subscribe::subscribe(self.clone(), viewer, request)
    }

    async fn ready(&self) -> Result<(), String> {
        match self.inner.realtime.tail.health() {
            Health::Healthy { .. } => {}
            Health::Starting => return Err("the tail of the log has not begun yet".to_owned()),
            Health::Failing { .. } => {
                return Err("the tail of the log cannot read the database".to_owned());
            }
            Health::Stopped => return Err("the server is stopping".to_owned()),
        }
        match migrate::unapplied(&self.inner.store).await {
            Ok(0) => Ok(()),
            Ok(_) => Err("the database is not migrated; run `tandem migrate`".to_owned()),
            Err(error) => {
                tracing::warn!(%error, "not ready");
                Err("the database cannot be reached".to_owned())
            }
        }
    }
}
