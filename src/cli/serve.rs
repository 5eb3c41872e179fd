//! `tandem dev` and `tandem serve`.

use std::io::Write;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::args::{Database, ServeArgs};
use super::database::{Opened, open, options, refuse_unmigrated};
use super::{Done, Failure, demo, runtime};
use crate::app::App;
use crate::config::{Config, MetricsAt};
use crate::http;
use crate::pages::PageOptions;
use crate::store::Store;
use crate::store::embedded::Cluster;
use crate::store::migrate;
use crate::telemetry::Metrics;

/// Takes the address before anything else is done: where it is in use, nothing has been started in vain.
async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                "is in use; stop what uses it or choose another with --listen"
            }
            std::io::ErrorKind::PermissionDenied => {
                "may not be used; choose one above 1023 with --listen"
            }
            std::io::ErrorKind::AddrNotAvailable => {
                "is none of this machine; choose another with --listen"
            }
            _ => return Failure::new(1, format!("{address} cannot be listened on: {error}")),
        };
        Failure::new(1, format!("the address {address} {what}"))
    })
}

/// `tandem serve`
pub(super) fn serve(args: &ServeArgs) -> Done {
    let config = args.settings.load()?;
    config.hints()?;
    let runtime = runtime()?;
    let listener = runtime.block_on(listen(config.listen))?;
    let opened = open(&args.database)?;
    let url = opened.url().to_owned();
    let done = runtime.block_on(async move {
        refuse_unmigrated(&url).await?;
        run(
            config,
            &url,
            listener,
            PageOptions { demo_token: None },
            |address| {
                tracing::info!(%address, "serving");
            },
        )
        .await
    });
    let closed = opened.close();
    done.and(closed)
}

/// The database of `tandem dev`: its own cluster from start to end, or the one that is given.
enum DevDatabase {
    Given(Opened),
    Own(Cluster),
}

impl DevDatabase {
    fn start(database: &Database) -> Result<Self, Failure> {
        match &database.database_url {
            Some(_) => Ok(Self::Given(open(database)?)),
            None => Ok(Self::Own(Cluster::start(&options(database))?)),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Given(opened) => opened.url().to_owned(),
            Self::Own(cluster) => cluster.database_url(),
        }
    }

    fn stop(self) -> Done {
        match self {
            Self::Given(opened) => opened.close(),
            Self::Own(cluster) => Ok(cluster.stop()?),
        }
    }
}

/// `tandem dev`
pub(super) fn dev(args: &ServeArgs) -> Done {
    let config = args.settings.load()?;
    config.hints()?;
    let runtime = runtime()?;
    let listener = runtime.block_on(listen(config.listen))?;
    let database = DevDatabase::start(&args.database)?;
    let url = database.url();
    let data_dir = args
        .database
        .database_url
        .is_none()
        .then(|| args.database.data_dir.clone());
    let done = runtime.block_on(async move {
        migrate::migrate(&url).await?;
        let store = Store::new(&url, &config.pool())?;
        let demo = demo::prepare(&store, data_dir.as_deref()).await?;
        let pages = PageOptions {
            demo_token: demo.as_ref().map(|demo| demo.token.clone()),
        };
        run(config, &url, listener, pages, |address| {
            announce(address, demo.as_ref())
        })
        .await
    });
    // Sockets and tasks end before their database does.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    let stopped = database.stop();
    done.and(stopped)
}

/// Serves until told to stop.
async fn run(
    config: Config,
    url: &str,
    listener: TcpListener,
    pages: PageOptions,
    ready: impl FnOnce(SocketAddr),
) -> Done {
    let (stop, shutdown) = http::shutdown();
    // Before anything counts.
    let at = config.metrics;
    let metrics = match at {
        MetricsAt::Off => None,
        _ => Some(Metrics::start().map_err(|error| Failure::new(1, error))?),
    };
    let (app, background) = App::start(config, url, &shutdown).await?;
    let beside = match (metrics, at) {
        (Some(metrics), MetricsAt::Own(address)) => {
            let own = listen(address).await?;
            tracing::info!(address = %own.local_addr()?, "serving metrics");
            let (app, shutdown) = (app.clone(), shutdown.clone());
            tokio::spawn(async move { app.serve_metrics(metrics, own, shutdown).await });
            None
        }
        (metrics, _) => metrics,
    };
    let router = app.router_with(pages, beside, shutdown.clone());
    let address = listener.local_addr()?;
    // Ready means ready: the tail has begun, so the first query has an `asOf` and the first subscription a place.
    app.realtime().tail.wait_for_start().await?;
    ready(address);
    http::serve(
        listener,
        router,
        &app.limits(),
        (stop, shutdown),
        asked_to_stop()?,
    )
    .await?;
    background.await?;
    Ok(())
}

/// Resolves with the first SIGTERM or Ctrl-C.
fn asked_to_stop() -> Result<impl Future<Output = ()> + Send, Failure> {
    let (mut term, mut int) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!("stopping");
    })
}

/// What a newcomer needs to begin.
fn announce(address: SocketAddr, demo: Option<&demo::Demo>) {
    let mut text = format!(
        "\nTandem is ready.\n\n  Pages       http://{address}/\n  GraphiQL    http://{address}/graphiql\n  \
         GraphQL     http://{address}/graphql\n  WebSocket   ws://{address}/graphql\n"
    );
    if let Some(demo) = demo {
        text += &format!(
            "  Demo token  {}\n              ({})\n  Sign in     {} with the password `{}`\n",
            demo.token, demo.holder, demo.email, demo.password
        );
    }
    text += "\nStop it with Ctrl-C.\n";
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
