//! A server, put together: the database, the commands, the live part and the schema.

mod auth;
mod backend;
mod execute;
mod identity;
mod jobs;
mod metrics;
mod persisted;
mod settings;
mod subscribe;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::graphql::{self, Schema};
use crate::http::{self, Shutdown};
use crate::pages::{self, PageOptions};
use crate::realtime::{Realtime, RealtimeOptions};
use crate::service::{OnAccessChange, Service};
use crate::store::{Store, migrate};
use crate::telemetry::Metrics;

/// One server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    service: Service,
    realtime: Realtime,
    schema: Schema,
    /// Executes documents that were validated before.
    schema_for_valid: Schema,
    auth: auth::Auth,
    limits: http::Limits,
}

impl App {
    /// Puts a server together on a migrated database and starts what runs in the background. It ends with
    /// `shutdown`; the handle resolves once it has.
    ///
    /// # Errors
    /// When the options are refused, or the database is away at the start.
    pub async fn start(
        config: Config,
        database_url: &str,
        shutdown: &Shutdown,
    ) -> Result<(Self, JoinHandle<()>)> {
        let mut limits = config.http();
        if !config.persisted_list.is_empty() {
            limits.manifest = Arc::new(persisted::read(config.persisted_list.as_ref())?);
        }
        let store = Store::new(database_url, &config.pool())?;
        jobs::add_log_months(&store).await?;
        if migrate::bypasses_row_security(&store).await? {
            tracing::warn!(
                "the database role is a superuser or bypasses row-level security: the second wall between accounts is \
                 off; connect as a role that owns the tables and is neither"
            );
        }
        let mut options = RealtimeOptions {
            hints: config.hints()?,
            ..RealtimeOptions::default()
        };
        options.replay.window = Duration::from_secs(u64::from(config.replay_days) * 24 * 60 * 60);
        let (realtime, live) = Realtime::start(&store, options, shutdown.begun())?;
        let tail = realtime.tail.clone();
        let service = Service::new(
            store.clone(),
            config.service(),
            Arc::new(move |entry| tail.committed(Arc::unwrap_or_clone(entry))),
        );
        let provider = config.identity();
        let provider = provider.map_err(|error| Error::request("BAD_CONFIG", error))?;
        let tokens = Store::new(database_url, &config.tokens())?;
        let auth = auth::Auth::new(tokens, service.clone(), provider);
        let (access, tokens) = (realtime.access.clone(), auth.clone());
        let told: OnAccessChange = Arc::new(move || {
            let access = access.clone();
            tokens.forget();
            Box::pin(async move { access.changed().await })
        });
        let [schema, schema_for_valid] = [graphql::schema, graphql::schema_for_valid].map(|make| {
            make(config.graphql())
                .data(service.clone())
                .data(told.clone())
                .data(subscribe::on_typing(&realtime))
                .finish()
        });
        let work = jobs::start(service.clone(), &config, shutdown);
        let inner = Inner {
            store,
            service,
            realtime,
            schema,
            schema_for_valid,
            auth,
            limits,
        };
        let background = tokio::spawn(async move {
            let _ = tokio::join!(live, work);
        });
        Ok((
            Self {
                inner: Arc::new(inner),
            },
            background,
        ))
    }

    /// The commands.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.inner.service
    }

    /// The live part.
    #[must_use]
    pub fn realtime(&self) -> &Realtime {
        &self.inner.realtime
    }

    /// The limits of its transports.
    #[must_use]
    pub fn limits(&self) -> http::Limits {
        self.inner.limits.clone()
    }

    /// All its routes: GraphQL, health, and the pages.
    pub fn router(&self, pages: PageOptions, shutdown: Shutdown) -> Router {
        self.router_with(pages, None, shutdown)
    }

    /// All its routes, with the metrics among them where some are given.
    pub fn router_with(
        &self,
        pages: PageOptions,
        metrics: Option<Metrics>,
        shutdown: Shutdown,
    ) -> Router {
        let routes = http::routes(self.clone(), self.limits(), shutdown);
        let metrics = metrics.map(|metrics| self.metrics(metrics));
        let routes = routes
            .merge(pages::router(pages))
            .merge(metrics.unwrap_or_default());
        let origins = &self.limits().origins;
        http::layers(routes.fallback(http::not_found), origins)
    }
}
